import type { StandardTables as TablesOf } from '@varve/core/internal';

/** The tables that the recorder fills; a team's lineage may have more, and may lack some. */
export type StandardTables = TablesOf<'sessions' | 'messages' | 'modelCalls' | 'toolCalls' | 'outputs'>;
