import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { parseOrUndefined } from '../log/index.ts';
import type { LogRecord, LogSource } from './contract.ts';
import { isObject, type JsonObject } from './json-access.ts';
import type { OpencodeMessage, OpencodeSession } from './opencode-session.ts';
import { messageOfRow } from './opencode-v2.ts';

type Row = Record<string, unknown>;

const tables = ['session', 'message', 'part', 'session_message'] as const;

/** Reads sessions one at a time, by the indexes that opencode itself reads by: its databases may be of any size. */
export const openCodeDatabase = {
  recognise(path: string): boolean {
    return withDatabase(path, (sqlite) => {
      const columns = (table: string) => columnsOf(sqlite, table);
      const [session = [], message = [], part = [], second = []] = tables.map(columns);
      const isFirst =
        ['session_id', 'data'].every((it) => message.includes(it)) &&
        ['message_id', 'data'].every((it) => part.includes(it));
      return session.includes('id') && (isFirst || isSecondStore(second));
    });
  },

  /** What was written last may be in the log beside it alone. */
  stampBeside(path: string): string {
    const wal = statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false });
    return wal && wal.size > 0n ? `${wal.size} ${wal.mtimeNs}` : '';
  },

  *read({ path, options }: LogSource, onChunk: (chunk: Uint8Array) => void): Generator<LogRecord> {
    const sqlite = open(path);
    try {
      const ids = sqlite.prepare<[], string>('SELECT id FROM session ORDER BY id').pluck().all();
      const session = sqlite.prepare<[string], Row>('SELECT * FROM session WHERE id = ?');
      for (const id of ids) {
        // A session as it was at one moment; the next one may be read at another, so that no writer has to wait.
        sqlite.exec('BEGIN');
        const row = session.get(id);
        const updated = Number(row?.time_updated ?? Number.POSITIVE_INFINITY);
        if (row && (options.sinceMs === undefined || updated >= options.sinceMs))
          yield { value: readSession(sqlite, row, onChunk) };
        sqlite.exec('COMMIT');
      }
    } finally {
      sqlite.close();
    }
  },
};

/** Of the columns of `session_message`. */
function isSecondStore(columns: readonly string[]): boolean {
  return ['session_id', 'type', 'data'].every((it) => columns.includes(it));
}

interface Sqlite extends Database.Database {
  pragma(source: string): { name: string }[];
}

function withDatabase<T>(path: string, work: (sqlite: Sqlite) => T): T {
  const sqlite = open(path);
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

function open(path: string): Sqlite {
  const sqlite = new Database(path, { readonly: true, fileMustExist: true }) as Sqlite;
  sqlite.exec('PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  return sqlite;
}

function readSession(
  sqlite: Database.Database,
  row: Row,
  onChunk: (chunk: Uint8Array) => void,
): OpencodeSession {
  const hash = createHash('sha256');
  let [sizeBytes, last]: [number, string | null] = [0, null];
  const take = (it: Row): JsonObject => {
    const text = String(it.data);
    const bytes = Buffer.from(`${String(it.id)} ${text}`);
    hash.update(bytes);
    onChunk(bytes);
    sizeBytes += bytes.length;
    last = String(it.id);
    const value = parseOrUndefined(text);
    const { data: _data, time_created, time_updated, ...columns } = it;
    return {
      ...columns,
      ...(isObject(value) ? value : { unreadable: text }),
      stored: { created: time_created, updated: time_updated },
    };
  };
  hash.update(JSON.stringify(row));
  /** Where a session stands in both stores, they tell the same. */
  function* read(): Generator<OpencodeMessage> {
    let count = 0;
    if (hasTable(sqlite, 'message')) {
      const parts = sqlite.prepare<[unknown], Row>('SELECT * FROM part WHERE message_id = ? ORDER BY id');
      const messages = sqlite.prepare<[unknown], Row>(
        'SELECT * FROM message WHERE session_id = ? ORDER BY time_created, id',
      );
      for (const message of messages.all(row.id)) {
        count++;
        yield { info: take(message), parts: parts.all(message.id).map(take) };
      }
    }
    if (count > 0 || !hasTable(sqlite, 'session_message')) return;
    const columns = columnsOf(sqlite, 'session_message');
    const order = columns.includes('seq') ? 'seq' : 'time_created, id';
    const messages = sqlite.prepare<[unknown], Row>(
      `SELECT * FROM session_message WHERE session_id = ? ORDER BY ${order}`,
    );
    for (const message of messages.all(row.id)) yield messageOfRow(take(message));
  }
  return {
    info: infoOf(row),
    messages: read(),
    part: () => ({ hash: hash.digest('hex'), sizeBytes, lastRecordKey: last }),
  };
}

function columnsOf(sqlite: Database.Database, table: string): readonly string[] {
  return (sqlite as Sqlite).pragma(`table_info(${table})`).map(({ name }) => name);
}

function hasTable(sqlite: Database.Database, table: string): boolean {
  return columnsOf(sqlite, table).length > 0;
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
