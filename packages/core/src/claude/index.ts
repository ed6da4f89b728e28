export { type ClaudeIdentity, ClaudeMapper } from './claude-mapper.ts';
export type { Usage } from './claude-usage.ts';
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
