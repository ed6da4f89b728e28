import type { StandardTables as TablesOf } from '@varve/core/internal';

/** The tables that are filled; a team's lineage may have more, and may lack some of them. */
export type StandardTables = TablesOf<
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'decisions' | 'intermediateResults' | 'outputs'
>;
