/** The standard tables and their relations: what a team's schema file exports beside its own tables. */
export { decisions } from './decisions.ts';
export { intermediateResults } from './intermediate-results.ts';
export { outputs } from './outputs.ts';
export {
  decisionsRelations,
  intermediateResultsRelations,
  outputsRelations,
  sessionsRelations,
  toolCallsRelations,
} from './relations.ts';
export { sessions } from './sessions.ts';
export { toolCalls } from './tool-calls.ts';
