import type { standardTables } from '@varve/schema';

/** The tables that the recorder fills; a team's lineage may have more, and may lack some. */
export type StandardTables = Pick<
  typeof standardTables,
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'outputs'
>;
