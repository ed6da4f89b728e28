import { availableParallelism } from 'node:os';
import { readyProcesses } from '@varve/aggregator/internal';

/** More are started where more files are found than these do. */
const mostAhead = 2;

/** The workers of an upgrade load while this process loads what it takes to find out about its files. From source they do not. */
export function readyUpgrade(): void {
  if (import.meta.url.endsWith('.ts')) return;
  const script = new URL('./upgrade-worker.cjs', import.meta.url);
  readyProcesses({ script }, Math.min(mostAhead, availableParallelism()));
}
