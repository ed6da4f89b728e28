import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import Database from 'better-sqlite3';

/** After the tables that opencode publishes, of its first store and of its second, with the table of sessions of either. */
const ddl = {
  session: `CREATE TABLE session (id text PRIMARY KEY, parent_id text, title text, version text,
    time_created integer, time_updated integer)`,
  session_v2: `CREATE TABLE session_v2 (id text PRIMARY KEY, parent_id text, fork_session_id text, title text,
    version text, cost real, time_created integer, time_updated integer)`,
  message: `CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer, time_updated integer, data text);
    CREATE INDEX message_session_time_created_id_idx ON message (session_id, time_created, id)`,
  part: `CREATE TABLE part (id text PRIMARY KEY, message_id text, session_id text, time_created integer, time_updated integer,
    data text);
    CREATE INDEX part_message_id_id_idx ON part (message_id, id); CREATE INDEX part_session_idx ON part (session_id)`,
  session_message: `CREATE TABLE session_message (id text PRIMARY KEY, session_id text, type text, seq integer,
    time_created integer, time_updated integer, data text);
    CREATE UNIQUE INDEX session_message_session_seq_idx ON session_message (session_id, seq)`,
};

type Table = keyof typeof ddl;

/** A database of opencode's in the making. */
export class OpencodeFile {
  readonly path = join(makeTestFolder(), 'opencode.db');
  readonly sqlite: Database.Database = new Database(this.path);

  constructor(...tables: readonly Table[]) {
    for (const table of tables) this.sqlite.exec(ddl[table]);
  }

  [Symbol.dispose](): void {
    this.sqlite.close();
  }

  insert(table: Table, row: Readonly<Record<string, unknown>>): this {
    const values = Object.values(row).map((it) =>
      typeof it === 'object' && it !== null ? JSON.stringify(it) : it,
    );
    const marks = values.map(() => '?').join(', ');
    this.sqlite
      .prepare(`INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${marks})`)
      .run(...values);
    return this;
  }

  session(id: string, ms: number, table: Table = 'session'): this {
    return this.insert(table, { id, title: id, version: '1', time_created: ms, time_updated: ms });
  }

  /** A message of the first store, with texts for parts. */
  said(id: string, session: string, ms: number, ...texts: readonly string[]): this {
    const times = { time_created: ms, time_updated: ms };
    this.insert('message', {
      id,
      session_id: session,
      ...times,
      data: { role: 'user', time: { created: ms } },
    });
    for (const [at, text] of texts.entries())
      this.insert('part', {
        id: `${id}-${at}`,
        message_id: id,
        session_id: session,
        ...times,
        data: { type: 'text', text },
      });
    return this;
  }

  /** A row of the second store. */
  row(id: string, session: string, ms: number, type: string, data: object): this {
    const seq = this.sqlite.prepare('SELECT count(*) FROM session_message').pluck().get();
    const times = { time_created: ms, time_updated: ms };
    const whole = { time: { created: ms }, ...data };
    return this.insert('session_message', { id, session_id: session, type, seq, ...times, data: whole });
  }
}
