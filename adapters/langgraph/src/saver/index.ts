export type { Pruned, PruneOptions } from './prune-thread.ts';
export type { VarveSaverOptions } from './saver-options.ts';
export { VarveSaver } from './varve-saver.ts';
