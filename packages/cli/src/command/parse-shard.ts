import type { Shard } from '@varve/aggregator';
import { InvalidArgumentError } from 'commander';

/** Commander's reader of a part of a fleet, as in `2/8`; its error becomes a USAGE error. */
export function parseShard(text: string): Shard {
  const [index = 0, count = 0] = /^\d{1,6}\/\d{1,6}$/.test(text) ? text.split('/').map(Number) : [];
  if (index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError('give a part and how many there are, as in 2/8');
}
