import type { channelValues, checkpoints, sessions, writes } from './thread-tables.ts';

export { lineage as threadLineage } from './thread-lineage.ts';
export * as threadTables from './thread-tables.ts';

/** What a lineage of threads has at least. */
export interface ThreadTables {
  readonly sessions: typeof sessions;
  readonly checkpoints: typeof checkpoints;
  readonly channelValues: typeof channelValues;
  readonly writes: typeof writes;
  readonly [name: string]: unknown;
}
