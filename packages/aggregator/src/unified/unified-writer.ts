import { type Lens, quoteIdentifier } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import type { Problem } from '../problem.ts';
import type { FoundFile } from '../walk-files.ts';
import {
  type ArchiveEntry,
  findArchive,
  removeArchive,
  saveArchive,
  setArchiveRows,
} from './archive-entries.ts';
import type { ArchiveReading } from './archive-reading.ts';
import type { HeadTable } from './head-tables.ts';

/** Writes whole archives into the tables of a unified file, inside the caller's transaction. */
export class UnifiedWriter {
  readonly sqlite: Database;
  readonly #tables: readonly HeadTable[];

  constructor(sqlite: Database, tables: readonly HeadTable[]) {
    this.sqlite = sqlite;
    this.#tables = tables;
  }

  /** Replaces what came from this path by the rows of its source, attached as `schema`. */
  writeArchive(file: FoundFile, { source, strategy, lens }: ArchiveReading, schema: string): void {
    const { version } = source;
    const id = this.#replace({ ...entryOf(file), version, strategy });
    let rows = 0;
    for (const table of this.#tables) {
      const select = selectHead(table, lens, schema);
      rows += this.#insert(table, select).run(id, version).changes;
    }
    setArchiveRows(this.sqlite, id, rows, this.#readSessionId(id));
  }

  /** Replaces what came from this path by the reason why nothing can. */
  writeProblem(file: FoundFile, { code, message, hint }: Problem): void {
    const error = { errorCode: code, errorMessage: message, errorHint: hint };
    this.#replace({ ...entryOf(file), ...error, state: 'failed' });
  }

  removeArchive(id: number): void {
    this.#removeRows(id);
    removeArchive(this.sqlite, id);
  }

  #removeRows(id: number): void {
    for (const { name } of this.#tables) {
      this.sqlite.prepare(`DELETE FROM main.${quoteIdentifier(name)} WHERE "_archive" = ?`).run(id);
    }
  }

  #replace(entry: ArchiveEntry): number {
    const known = findArchive(this.sqlite, entry.path);
    if (known) this.#removeRows(known.id);
    return saveArchive(this.sqlite, entry);
  }

  #insert(table: HeadTable, select: string) {
    const columns = columnList(table);
    return this.sqlite.prepare(
      `INSERT INTO main.${quoteIdentifier(table.name)} ("_archive", "_version", ${columns})
       SELECT ?, ?, ${columns} FROM (${select})`,
    );
  }

  /** By the standard tables: an archive's one row of `sessions`. */
  #readSessionId(id: number): string | null {
    const sessions = this.#tables.find((table) => table.name === 'sessions');
    if (!sessions?.columns.some((column) => column.name === 'id')) return null;
    const only =
      'SELECT CAST(min("id") AS TEXT) FROM main."sessions" WHERE "_archive" = ? HAVING count(*) = 1';
    return (this.sqlite.prepare(only).pluck().get(id) as string | undefined) ?? null;
  }
}

function entryOf({ path, sizeBytes, mtimeMs }: FoundFile): ArchiveEntry {
  return { path, sizeBytes, mtimeMs, state: 'unified' };
}

function columnList({ columns }: HeadTable): string {
  return columns.map((column) => quoteIdentifier(column.name)).join(', ');
}

/** A table's rows at head, over a file attached as `schema`. */
function selectHead(table: HeadTable, lens: Lens | undefined, schema: string): string {
  const through = lens?.tables.find(({ name }) => name === table.name);
  if (through) return through.select(schema);
  return `SELECT ${columnList(table)} FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table.name)}`;
}
