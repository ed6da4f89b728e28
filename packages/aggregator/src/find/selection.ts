import { createHash } from 'node:crypto';
import { isInShard, type Shard } from './shard.ts';

/** Which of the archives that were named are meant. */
export interface Selection {
  /** One part of them only; the others are not looked at, nor in any report. */
  readonly shard?: Shard | undefined;
  /** About this fraction of them, 0 to 1, the same ones every time: for a trial. */
  readonly sample?: number | undefined;
}

export function isSelected(
  { relativePath }: { readonly relativePath: string },
  { shard, sample }: Selection,
): boolean {
  return (
    (!shard || isInShard(relativePath, shard)) && (sample === undefined || isInSample(relativePath, sample))
  );
}

/** By other bits of the path's hash than a shard. */
function isInSample(relativePath: string, sample: number): boolean {
  return createHash('sha256').update(relativePath).digest().readUInt32BE(4) < sample * 2 ** 32;
}
