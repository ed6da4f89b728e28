/** The standard tables and their relations: what a team's schema file exports beside its own tables. */
export { decisions } from './decisions.ts';
export { intermediateResults } from './intermediate-results.ts';
export { messages } from './messages.ts';
export { modelCalls } from './model-calls.ts';
export { outputs } from './outputs.ts';
export {
  decisionsRelations,
  intermediateResultsRelations,
  messagesRelations,
  modelCallsRelations,
  outputsRelations,
  sessionsRelations,
  sourcesRelations,
  standardRelations,
  toolCallsRelations,
} from './relations.ts';
export { sessions } from './sessions.ts';
export { sources } from './sources.ts';
export { toolCalls } from './tool-calls.ts';
