import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseOrUndefined, stampOf } from '../log/index.ts';
import type { LogRecord, LogSource } from './contract.ts';
import { isObject, type JsonObject } from './json-access.ts';
import { byTime, type OpencodeMessage, type OpencodeSession } from './opencode-session.ts';

/** Reads the session whose file the source is, with its messages' and parts' files. */
export const openCodeTree = {
  /** A session's own file does not change with each of its messages and their parts. */
  stampBeside(path: string): string {
    const [messageDir, partDir] = storesOf(path);
    const id = basename(path, '.json');
    const hash = createHash('sha256');
    const stamp = (folder: string): readonly string[] => {
      const names = namesIn(folder);
      for (const name of names) hash.update(`${name} ${stampOf(join(folder, name))}\n`);
      return names;
    };
    for (const name of stamp(join(messageDir, id))) {
      const message = basename(name, '.json');
      for (const folder of [join(partDir, message), join(partDir, id, message)]) stamp(folder);
    }
    return hash.digest('hex');
  },

  *read({ path }: LogSource, onChunk: (chunk: Uint8Array) => void): Generator<LogRecord> {
    const hash = createHash('sha256');
    let [sizeBytes, last]: [number, string | null] = [0, null];
    const readObject = (file: string): JsonObject | undefined => {
      const bytes = readFileSync(file);
      hash.update(bytes);
      onChunk(bytes);
      sizeBytes += bytes.length;
      const value = parseOrUndefined(bytes.toString());
      return isObject(value) ? value : undefined;
    };
    const readFolder = (folder: string): JsonObject[] =>
      namesIn(folder).flatMap((name) => {
        const value = readObject(join(folder, name));
        if (value) last = String(value.id ?? basename(name, '.json'));
        return value ? [{ id: basename(name, '.json'), ...value }] : [];
      });
    const info = readObject(path) ?? {};
    const id = String(info.id ?? basename(path, '.json'));
    const [messageDir, partDir] = storesOf(path);
    function* messages(): Generator<OpencodeMessage> {
      for (const message of readFolder(join(messageDir, id)).sort(byTime)) {
        const own = readFolder(join(partDir, String(message.id)));
        const parts = own.length > 0 ? own : readFolder(join(partDir, id, String(message.id)));
        yield { info: message, parts: parts.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)) };
      }
    }
    const session: OpencodeSession = {
      info: { id, ...info },
      messages: messages(),
      part: () => ({ hash: hash.digest('hex'), sizeBytes, lastRecordKey: last }),
    };
    yield { value: session };
  },
};

/** `storage/session/<project>` beside `storage/message`; in the first releases `storage/session/message`. */
function storesOf(path: string): [messages: string, parts: string] {
  const folder = dirname(path);
  const root = basename(folder) === 'info' ? dirname(folder) : dirname(dirname(folder));
  return [join(root, 'message'), join(root, 'part')];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}
