import type { TableModule } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../file/index.ts';
import { isTimelineTable, type TimelinePlace } from '../row/index.ts';

/** The one counter that runs across all timeline tables of a file. The writer lock makes it the only one. */
export class Timeline {
  readonly #sqlite: Database;
  readonly #tables: TableModule;
  readonly #path: string;
  #last: TimelinePlace | undefined;

  constructor(sqlite: Database, tables: TableModule, path: string) {
    this.#sqlite = sqlite;
    this.#tables = tables;
    this.#path = path;
  }

  /** The place of the next row, the same until `advance`. */
  next(): TimelinePlace {
    this.#last ??= this.#read();
    return { seq: this.#last.seq + 1, sessionId: this.#last.sessionId };
  }

  /** A row has taken the place. */
  advance(place: TimelinePlace): void {
    this.#last = place;
  }

  /** The next place is counted from the rows in the file. */
  forget(): void {
    this.#last = undefined;
  }

  #read(): TimelinePlace {
    const sessionId = sessionIdReader(this.#sqlite, this.#tables)();
    if (sessionId === undefined) {
      throw new VarveError('ROW_INVALID', 'the file has no session row that a timeline row could belong to', {
        path: this.#path,
        hint: 'make session files with createSession, or record the session row first',
      });
    }
    return { seq: readLastSeq(this.#sqlite, this.#tables), sessionId };
  }
}

/** What reads the id of the session that a file holds, which is undefined without a session row. */
export function sessionIdReader(sqlite: Database, tables: TableModule): () => string | undefined {
  const { sessions } = tables;
  const id = is(sessions, SQLiteTable) ? getTableColumns(sessions).id?.name : undefined;
  if (!is(sessions, SQLiteTable) || id === undefined) return () => undefined;
  const sql = `SELECT ${quoteIdentifier(id)} FROM ${quoteIdentifier(getTableName(sessions))} ORDER BY rowid LIMIT 1`;
  const statement = sqlite.prepare<[], string>(sql).pluck();
  return () => statement.get();
}

function readLastSeq(sqlite: Database, tables: TableModule): number {
  const selects = Object.values(tables).flatMap((table) => {
    if (!is(table, SQLiteTable) || !isTimelineTable(table)) return [];
    const seq = quoteIdentifier(getTableColumns(table).seq?.name ?? 'seq');
    return `SELECT max(${seq}) AS seq FROM ${quoteIdentifier(getTableName(table))}`;
  });
  const last = sqlite
    .prepare(`SELECT max(seq) FROM (${selects.join(' UNION ALL ')})`)
    .pluck()
    .get();
  return (last as number | null) ?? 0;
}
