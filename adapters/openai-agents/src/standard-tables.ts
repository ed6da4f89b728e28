import type { standardTables } from '@varve/schema';

/** The tables that are filled; a team's lineage may have more, and may lack some of them. */
export type StandardTables = Pick<
  typeof standardTables,
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'decisions' | 'intermediateResults' | 'outputs'
>;
