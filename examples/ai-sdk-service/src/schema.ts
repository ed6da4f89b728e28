/** The standard tables, as they come, and the team's own. */
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
export { refunds } from './refunds.ts';
