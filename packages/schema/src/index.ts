export { type CallStatus, callStatuses } from './call-statuses.ts';
export { alternative } from './decisions.ts';
export { type ErrorCode, errorCodes } from './error-codes.ts';
export {
  type GenAiMessage,
  type GenAiRows,
  type GenAiSpan,
  type GenAiSpanEvent,
  mapGenAiSpan,
} from './gen-ai-span.ts';
export { isJsonColumn, type JsonColumn, json } from './json-column.ts';
export type { JsonInput } from './json-input.ts';
export { type JsonValue, jsonRecord, jsonValue } from './json-schemas.ts';
export { type MessagePart, type MessageRole, messageParts, messageRoles } from './messages.ts';
export * from './row-schemas.ts';
export { type SessionStatus, sessionStatuses } from './sessions.ts';
export * from './standard-tables.ts';
export * as standardTables from './standard-tables.ts';
export { timelineColumns } from './timeline-columns.ts';
export { toJson } from './to-json.ts';
export { usageColumns } from './usage-columns.ts';
export { VarveError, type VarveErrorOptions } from './varve-error.ts';
