import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseDocument } from '../log/index.ts';
import type { LogRecord } from './contract.ts';
import { arrayOf, isObject, type JsonObject, objectOf, textOf } from './json-access.ts';
import type { OpencodeSession } from './opencode-session.ts';

/** Whether a document is what `opencode export` writes of a session. */
export function isExport({ info, messages }: JsonObject): boolean {
  if (!isObject(info) || typeof info.id !== 'string' || !Array.isArray(messages)) return false;
  return messages.every((it) => isObject(it) && isObject(it.info) && Array.isArray(it.parts));
}

export function* readExport(path: string, onChunk: (chunk: Uint8Array) => void): Generator<LogRecord> {
  const bytes = readFileSync(path);
  onChunk(bytes);
  const { info, messages } = objectOf(parseDocument(bytes));
  const told = arrayOf(messages).map((it) => {
    const message = objectOf(it);
    return { info: objectOf(message.info), parts: arrayOf(message.parts).filter(isObject) };
  });
  const session: OpencodeSession = {
    info: objectOf(info),
    messages: told,
    part: () => ({
      hash: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      lastRecordKey: textOf(told.at(-1)?.info.id) ?? null,
    }),
  };
  yield { value: session };
}
