export { type AnswerOptions, addAnswerOptions, answerQuery } from './answer-query.ts';
export type { CommandContext } from './command-context.ts';
export { addFleetOptions, beginWork, type FleetOptions } from './fleet-options.ts';
export { addNewerOption, type NewerOptions, readNewer } from './newer-option.ts';
export { parseJobs } from './parse-jobs.ts';
export { parseSince } from './parse-since.ts';
export { standardUnlessConfigured } from './standard-lineage.ts';
export { defineVerb, type VerbResult } from './verb.ts';
