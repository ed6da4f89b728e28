import type { standardTables } from '@varve/schema';

/** The tables that are filled. */
export type StandardTables = Pick<
  typeof standardTables,
  'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'intermediateResults'
>;
