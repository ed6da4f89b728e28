import { createHash } from 'node:crypto';

/** One of `count` parts of a fleet. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/**
 * Whether a file belongs to a part. It depends on the file's path below the given folder alone, so machines that see the
 * same folder in different places, at different times, share it without a word and without overlap.
 */
export function isInShard(relativePath: string, { index, count }: Shard): boolean {
  return createHash('sha256').update(relativePath).digest().readUInt32BE(0) % count === index - 1;
}
