/** What `varve init` writes where there is no schema yet. */
export const starterSchema = `import { timelineColumns } from '@varve/schema';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

// The standard tables of an agent session, with their relations.
export {
  decisions,
  decisionsRelations,
  intermediateResults,
  intermediateResultsRelations,
  messages,
  messagesRelations,
  modelCalls,
  modelCallsRelations,
  outputs,
  outputsRelations,
  sessions,
  sessionsRelations,
  sources,
  sourcesRelations,
  toolCalls,
  toolCallsRelations,
} from '@varve/schema';

/** A table of your own, on the session's timeline: \`session.record\` fills \`seq\` and \`sessionId\`. */
export const findings = sqliteTable('findings', {
  ...timelineColumns(),
  summary: text('summary').notNull(),
});
`;
