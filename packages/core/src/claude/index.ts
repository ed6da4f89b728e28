export { type ClaudeIdentity, ClaudeMapper, type SavedClaude } from './claude-mapper.ts';
export { claudeAnswerKey, claudeUsage, type Usage } from './claude-usage.ts';
export {
  arrayOf,
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  numberOf,
  objectOf,
  plainPart,
  restOf,
  textOf,
} from './json-access.ts';
export { LogClock } from './log-clock.ts';
export type {
  TranscriptContext,
  TranscriptFacts,
  TranscriptMessage,
  TranscriptModelCall,
  TranscriptResult,
  TranscriptRow,
  TranscriptToolCall,
  TranscriptWriter,
} from './transcript-writer.ts';
