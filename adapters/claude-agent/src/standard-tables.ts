import type { StandardTables as TablesOf } from '@varve/core/internal';

/** The tables that are filled. */
export type StandardTables = TablesOf<
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'intermediateResults'
>;
