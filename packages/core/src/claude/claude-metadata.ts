import { noModel } from './claude-model-calls.ts';
import { type JsonObject, restOf } from './json-access.ts';
import type { TranscriptWriter } from './transcript-writer.ts';

/** Said once of the session, and of a message only where it differs. */
const constants = ['cwd', 'gitBranch', 'userType', 'slug', 'entrypoint'] as const;
const mapped = new Set([
  'type',
  'message',
  'uuid',
  'timestamp',
  'toolUseResult',
  'requestId',
  'version',
  'isSidechain',
  'agentId',
]);
const mappedOfMessage = new Set(['id', 'type', 'role', 'model', 'content', 'usage', 'stop_reason']);

/** Takes what a record says of its session. */
export function describeSession(session: TranscriptWriter, record: JsonObject): void {
  if (typeof record.version === 'string') session.describe({ agentVersion: record.version });
  const metadata = session.fact('metadata') as Record<string, unknown>;
  for (const key of constants)
    if (record[key] !== undefined && metadata[key] === undefined) metadata[key] = record[key];
}

/** What has no column of a record that is a message. */
export function metadataOf(
  session: TranscriptWriter,
  record: JsonObject,
  message: JsonObject,
  { sessionId, keepsResult }: { sessionId: string; keepsResult: boolean },
): string {
  const rest = unsaidOf(record, session.fact('metadata') as JsonObject, sessionId);
  const more = restOf(message, mappedOfMessage);
  if (more) rest.message = more;
  if (message.model === noModel) rest.model = noModel;
  if (keepsResult && record.toolUseResult !== undefined) rest.toolUseResult = record.toolUseResult;
  return JSON.stringify(rest);
}

/** Nothing is deleted afterwards: it takes V8 longer to write an object from which something was. */
function unsaidOf(record: JsonObject, said: JsonObject, sessionId: string): Record<string, unknown> {
  const rest: Record<string, unknown> = {};
  for (const key in record) {
    const value = record[key];
    if (value === null || value === undefined || mapped.has(key)) continue;
    if (key === 'sessionId' ? value === sessionId : value === said[key] && isConstant(key)) continue;
    rest[key] = value;
  }
  return rest;
}

function isConstant(key: string): boolean {
  return (constants as readonly string[]).includes(key);
}
