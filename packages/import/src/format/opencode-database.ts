import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { parseOrUndefined } from '../log/index.ts';
import type { LogRecord, LogSource, PastSessions } from './contract.ts';
import { isObject, type JsonObject } from './json-access.ts';
import { OpencodeParents } from './opencode-parents.ts';
import { OpencodePrints } from './opencode-prints.ts';
import type { OpencodeSession } from './opencode-session.ts';
import { readMessages } from './opencode-stores.ts';
import { OpencodeTables, type Row } from './opencode-tables.ts';

type OnChunk = (chunk: Uint8Array) => void;

/** Reads sessions one at a time, by the indexes that opencode itself reads by: its databases may be of any size. */
export const openCodeDatabase = {
  recognise(path: string): boolean {
    using tables = new OpencodeTables(path);
    return tables.sessionTables.length > 0 && (tables.hasFirstStore || tables.hasSecondStore);
  },

  /** What was written last may be in the log beside it alone. */
  stampBeside(path: string): string {
    const wal = statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false });
    return wal && wal.size > 0n ? `${wal.size} ${wal.mtimeNs}` : '';
  },

  *read({ path, options }: LogSource, onChunk: OnChunk, past: PastSessions): Generator<LogRecord> {
    using tables = new OpencodeTables(path);
    const prints = new OpencodePrints(tables);
    const parents = new OpencodeParents(tables);
    for (const id of sessionIds(tables)) {
      // A session as it was at one moment; the next one may be read at another, so that no writer has to wait.
      tables.sqlite.exec('BEGIN');
      const row = sessionRow(tables, id);
      const updated = Number(row?.time_updated ?? Number.POSITIVE_INFINITY);
      if (row && options.sinceMs !== undefined && updated < options.sinceMs) past.passOver();
      else if (row && !prints.isKnown(row, past))
        yield { value: readSession(tables, row, { prints, parents, onChunk }) };
      tables.sqlite.exec('COMMIT');
    }
  },
};

function sessionIds({ sqlite, sessionTables }: OpencodeTables): readonly string[] {
  const all = sessionTables.map((table) => `SELECT id FROM ${table}`).join(' UNION ');
  return sqlite.prepare<[], string>(`${all} ORDER BY id`).pluck().all();
}

/** As the newest of its tables has it. */
function sessionRow({ sqlite, sessionTables }: OpencodeTables, id: string): Row | undefined {
  for (const table of sessionTables) {
    const row = sqlite.prepare<[string], Row>(`SELECT * FROM ${table} WHERE id = ?`).get(id);
    if (row) return row;
  }
  return undefined;
}

interface Reading {
  readonly prints: OpencodePrints;
  readonly parents: OpencodeParents;
  readonly onChunk: OnChunk;
}

function readSession(
  tables: OpencodeTables,
  row: Row,
  { prints, parents, onChunk }: Reading,
): OpencodeSession {
  const hash = createHash('sha256');
  const { id, parent_id: parent } = row;
  const call = typeof parent === 'string' ? parents.callOf(String(id), parent) : undefined;
  const info = { ...infoOf(row), parentCallID: call };
  let [sizeBytes, last, newestMs]: [number, string | null, number] = [0, null, prints.newestOf(row)];
  const take = (it: Row): JsonObject => {
    const text = String(it.data);
    const bytes = Buffer.from(`${String(it.id)} ${text}`);
    hash.update(bytes);
    onChunk(bytes);
    sizeBytes += bytes.length;
    last = String(it.id);
    newestMs = Math.max(newestMs, prints.newestOf(it));
    const value = parseOrUndefined(text);
    const { data: _data, time_created, time_updated, ...columns } = it;
    return {
      ...columns,
      ...(isObject(value) ? value : { unreadable: text }),
      stored: { created: time_created, updated: time_updated },
    };
  };
  hash.update(JSON.stringify(row));
  return {
    info,
    messages: readMessages(tables, String(row.id), take),
    part: (isOpen) => ({
      hash: hash.digest('hex'),
      sizeBytes,
      lastRecordKey: last,
      keep: prints.take(row, { newestMs, isOpen }),
    }),
  };
}

/** The columns in the words of the JSON that they were before; JSON in them parsed. */
function infoOf(row: Row): JsonObject {
  const { id, parent_id, project_id, time_created, time_updated, ...columns } = row;
  const rest = Object.entries(columns).map(([name, value]) => {
    const isJson = typeof value === 'string' && /^[[{]/.test(value);
    return [name, isJson ? (parseOrUndefined(value) ?? value) : value];
  });
  return {
    ...Object.fromEntries(rest),
    id,
    parentID: parent_id,
    projectID: project_id,
    time: { created: time_created, updated: time_updated },
  };
}
