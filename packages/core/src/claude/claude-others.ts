import { metadataOf } from './claude-metadata.ts';
import { claudeParts } from './claude-parts.ts';
import { type JsonObject, objectOf, textOf } from './json-access.ts';
import type { TranscriptWriter } from './transcript-writer.ts';

interface RecordContext {
  /** The session that the user sees. */
  readonly sessionId: string;
  readonly atMs: number;
}

/** Writes a record that is no message of a model's: what the user said meanwhile is one all the same, all else is kept whole. */
export function writeOther(session: TranscriptWriter, record: JsonObject, context: RecordContext): void {
  if (writeQueued(session, record, context)) return;
  const type = String(record.type);
  session.touch(context.atMs);
  session.result({
    kind: type,
    name:
      textOf(record.subtype) ?? textOf(record.operation) ?? textOf(objectOf(record.attachment).type) ?? type,
    value: JSON.stringify(record),
    createdAtMs: context.atMs,
  });
}

/** What was said while the agent worked, and came to it in between: no record of its own repeats it. */
function writeQueued(
  session: TranscriptWriter,
  record: JsonObject,
  { sessionId, atMs }: RecordContext,
): boolean {
  const { type, prompt, ...attachment } = objectOf(record.attachment);
  const parts = type === 'queued_command' ? claudeParts(prompt) : [];
  if (parts.length === 0) return false;
  const rest = { ...record, attachment: { type, ...attachment } };
  session.message({
    role: 'user',
    parts: JSON.stringify(parts),
    createdAtMs: atMs,
    messageId: textOf(record.uuid) ?? null,
    metadata: metadataOf(session, rest, {}, { sessionId, keepsResult: true }),
  });
  return true;
}
