import { quoteIdentifier } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import type { ArchiveSource } from '../archive-source.ts';
import type { Problem } from '../problem.ts';
import type { FoundFile } from '../walk-files.ts';
import { type ArchiveEntry, findArchive, saveArchive, setArchiveRows } from './archive-entries.ts';
import type { HeadTable } from './head-tables.ts';

/** Writes whole archives into the tables of a unified file, inside the caller's transaction. */
export class UnifiedWriter {
  readonly sqlite: Database;
  readonly #tables: readonly HeadTable[];

  constructor(sqlite: Database, tables: readonly HeadTable[]) {
    this.sqlite = sqlite;
    this.#tables = tables;
  }

  /** Replaces what came from this path by the rows of a source attached as `schema`. */
  writeArchive(file: FoundFile, source: ArchiveSource, schema: string): void {
    const { version, strategy } = source;
    const id = this.#replace({ ...entryOf(file), version, strategy, state: 'unified' });
    let rows = 0;
    for (const table of this.#tables) rows += this.#copyTable(table, id, version, schema);
    setArchiveRows(this.sqlite, id, rows, this.#readSessionId(id));
  }

  /** Replaces what came from this path by the reason why nothing can. */
  writeProblem(file: FoundFile, { code, message, hint }: Problem): void {
    const error = { errorCode: code, errorMessage: message, errorHint: hint };
    this.#replace({ ...entryOf(file), ...error, state: 'failed' });
  }

  removeRows(id: number): void {
    for (const { name } of this.#tables) {
      this.sqlite.prepare(`DELETE FROM main.${quoteIdentifier(name)} WHERE "_archive" = ?`).run(id);
    }
  }

  #replace(entry: ArchiveEntry): number {
    const known = findArchive(this.sqlite, entry.path);
    if (known) this.removeRows(known.id);
    return saveArchive(this.sqlite, entry);
  }

  #copyTable(table: HeadTable, id: number, version: number, schema: string): number {
    const name = quoteIdentifier(table.name);
    const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
    const copy = this.sqlite.prepare(
      `INSERT INTO main.${name} ("_archive", "_version", ${columns})
       SELECT ?, ?, ${columns} FROM ${quoteIdentifier(schema)}.${name}`,
    );
    return copy.run(id, version).changes;
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
