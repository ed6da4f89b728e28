/** The standard tables, as they come, and the team's own. */
export {
  decisions,
  decisionsRelations,
  intermediateResults,
  intermediateResultsRelations,
  outputs,
  outputsRelations,
  sessions,
  sessionsRelations,
  toolCalls,
  toolCallsRelations,
} from '@varve/schema';
export { tickets, topics } from './tickets.ts';
