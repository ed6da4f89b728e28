export type { Pruned, PruneOptions } from './prune-thread.ts';
export { VarveSaver, type VarveSaverOptions } from './varve-saver.ts';
