export { beginsWith } from './begins-with.ts';
export { beginsWithText } from './begins-with-text.ts';
export { type LogFile, type LogSample, type LogShape, sampleLog, stampOf } from './log-file.ts';
export { parseDocument, parseOrUndefined, parseWithoutNaN } from './parse-json.ts';
export { readElements } from './read-elements.ts';
export { readAt, withFile } from './read-file.ts';
export { readLines } from './read-lines.ts';
export { type FoundLogs, walkLogs } from './walk-logs.ts';
