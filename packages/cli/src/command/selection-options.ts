import type { Selection, Shard } from '@varve/aggregator';
import { type Command, InvalidArgumentError } from 'commander';
import { parseShard, shardOfJob } from './parse-shard.ts';

export interface SelectionOptions {
  readonly shard?: Shard;
  readonly sample?: number;
}

/** Adds to a verb what says which of the archives are meant. */
export function addSelectionOptions(command: Command): void {
  command
    .option('--shard <i/n>', 'one of n parts of the archives, the same ones every time', parseShard)
    .option('--sample <percent>', 'about so many of them, the same ones every time, as in 1%', parseSample);
}

/** What the options say, or else the environment of an Indexed Job. */
export function readSelection({ shard = shardOfJob(), sample }: SelectionOptions): Selection {
  return { ...(shard && { shard }), ...(sample !== undefined && { sample }) };
}

function parseSample(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new InvalidArgumentError('give percents, as in 1%');
}
