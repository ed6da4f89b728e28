import { relateNew, relateOld } from './relate-tables.ts';
import type { StandardRelations, TableRelations } from './relation-types.ts';

export const sessionsRelations: TableRelations<'sessions'> = relateOld('sessions');
export const messagesRelations: TableRelations<'messages'> = relateOld('messages');
export const modelCallsRelations: TableRelations<'modelCalls'> = relateOld('modelCalls');
export const decisionsRelations: TableRelations<'decisions'> = relateOld('decisions');
export const toolCallsRelations: TableRelations<'toolCalls'> = relateOld('toolCalls');
export const intermediateResultsRelations: TableRelations<'intermediateResults'> =
  relateOld('intermediateResults');
export const outputsRelations: TableRelations<'outputs'> = relateOld('outputs');
export const sourcesRelations: TableRelations<'sources'> = relateOld('sources');

/**
 * The relations of all standard tables for Drizzle 1.0: a schema module exports them beside what `defineRelations` makes
 * of its own tables. Undefined under 0.45, as the relations of one table are under 1.0.
 */
export const standardRelations: StandardRelations = relateNew();
