import { type Lineage, replayMigrations } from '@varve/migrations';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Database, openImage, openMemory } from '../file/index.ts';
import { constraintError, type EncodedRow } from '../row/index.ts';

const templates = new WeakMap<Lineage, Template>();

/** The bytes of a session file at head, in WAL mode, that holds its session row and nothing else. */
export function sessionImage(lineage: Lineage, table: SQLiteTable, row: EncodedRow): Buffer {
  try {
    const image = templateOf(lineage).imageWith(row);
    // The file format's read and write version: 2 is WAL. Source: https://www.sqlite.org/fileformat.html, 1.3.3
    image[18] = 2;
    image[19] = 2;
    return image;
  } catch (error) {
    throw constraintError(error, table);
  }
}

/** The bytes of a file at head without a row of a session. */
export function headImage(lineage: Lineage): Buffer {
  return templateOf(lineage).image;
}

/** Replaying the migrations, and reading the schema that they make, costs more than a session's row: once for each lineage. */
function templateOf(lineage: Lineage): Template {
  const known = templates.get(lineage);
  if (known) return known;
  const template = new Template(lineage);
  templates.set(lineage, template);
  return template;
}

class Template {
  readonly image: Buffer;
  readonly #sqlite: Database;
  /** What a transaction would check when it is committed. */
  readonly #isDeferring: boolean;
  readonly #statements = new Map<string, ReturnType<Database['prepare']>>();

  constructor(lineage: Lineage) {
    this.#sqlite = openMemory();
    try {
      replayMigrations(this.#sqlite, lineage);
      this.#sqlite.exec('PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON');
      this.#isDeferring = /\bdeferr/i.test(readSchema(this.#sqlite));
      this.image = this.#sqlite.serialize();
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  /** The row is taken back: a database in memory gives also the bytes of what is not committed. */
  imageWith({ sql, values }: EncodedRow): Buffer {
    if (this.#isDeferring) return this.#copyWith(sql, values);
    this.#run('BEGIN');
    try {
      this.#run(sql, values);
      return this.#sqlite.serialize();
    } finally {
      // A trigger may have taken it back.
      if (this.#sqlite.inTransaction) this.#run('ROLLBACK');
    }
  }

  #copyWith(sql: string, values: readonly unknown[]): Buffer {
    const sqlite = openImage(this.image);
    try {
      sqlite.prepare(sql).run(values);
      return sqlite.serialize();
    } finally {
      sqlite.close();
    }
  }

  #run(sql: string, values: readonly unknown[] = []): void {
    const statement = this.#statements.get(sql) ?? this.#sqlite.prepare(sql);
    this.#statements.set(sql, statement);
    statement.run(values);
  }
}

function readSchema(sqlite: Database): string {
  return (
    sqlite
      .prepare<[], string>("SELECT coalesce(group_concat(sql, ' '), '') FROM sqlite_schema")
      .pluck()
      .get() ?? ''
  );
}
