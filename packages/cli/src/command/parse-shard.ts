import type { Shard } from '@varve/aggregator';
import { InvalidArgumentError } from 'commander';

/**
 * Commander's reader of a part of a fleet, as in `2/8`; without the part, as in `/8`, it is the one that Kubernetes gives an
 * Indexed Job in JOB_COMPLETION_INDEX, from 0. Its error becomes a USAGE error.
 */
export function parseShard(text: string): Shard {
  const [, part = '', count = ''] = /^(\d{0,6})\/(\d{1,6})$/.exec(text) ?? [];
  const shard = { index: part === '' ? jobIndex() : Number(part), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new InvalidArgumentError('give a part and how many there are, as in 2/8');
}

/** The part that the environment gives this process: of an Indexed Job, with how many there are in JOB_COMPLETIONS. */
export function shardOfJob(): Shard | undefined {
  const { JOB_COMPLETIONS: count } = process.env;
  return count && jobIndex() > 0 ? parseShard(`/${count}`) : undefined;
}

/** From 1; 0 outside of an Indexed Job. */
function jobIndex(): number {
  const { JOB_COMPLETION_INDEX: index } = process.env;
  return index && /^\d+$/.test(index) ? Number(index) + 1 : 0;
}
