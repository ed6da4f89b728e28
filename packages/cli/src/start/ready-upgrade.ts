import { availableParallelism } from 'node:os';
import { readyProcesses } from '@varve/aggregator/internal';

/** More are started where more files are found than these do. */
const mostAhead = 2;

/** The workers of an upgrade load while this process loads what it takes to find out about its files. From source they do not. */
export function readyUpgrade(args: readonly string[]): void {
  if (import.meta.url.endsWith('.ts')) return;
  const script = new URL('./upgrade-worker.cjs', import.meta.url);
  readyProcesses({ script }, countAhead(args, availableParallelism()));
}

/** No more than `--jobs` asks for. What it asks for may make no sense: commander says so later. */
export function countAhead(args: readonly string[], cores: number): number {
  const at = args.findLastIndex((arg) => /^--jobs(=|$)/.test(arg));
  const jobs = Number(args[at]?.split('=')[1] ?? args[at + 1]);
  return Math.min(mostAhead, at >= 0 && jobs > 0 ? jobs : cores);
}
