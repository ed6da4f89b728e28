import type { Lineage } from '@varve/migrations';
import { type Database, openFile, quoteIdentifier, registerFunctions } from '@varve/migrations/internal';
import { archiveIdOf, type FoundFile } from '../find/index.ts';
import {
  ArchiveReader,
  archivesDdl,
  batchSize,
  type HeadTable,
  ingestBatch,
  liveTableDdl,
  readHeadTables,
  UnifiedWriter,
} from '../unified/index.ts';
import type { Problem } from '../work/index.ts';

/** What became of an archive that was staged. */
export interface StagedArchive {
  readonly file: FoundFile;
  /** Its `_archive` in the stage. */
  readonly id: number;
  readonly state: 'unified' | 'failed';
  readonly version: number | null;
  readonly strategy: string | null;
  readonly sessionId: string | null;
  readonly rows: number;
  readonly problem: Problem | undefined;
}

/** Some archives' rows at head in a temporary database, on their way to somewhere else. */
export class Stage implements Disposable {
  readonly sqlite: Database;
  readonly tables: readonly HeadTable[];
  readonly #writer: UnifiedWriter;
  readonly #reader: ArchiveReader;
  readonly #clear: string;

  constructor(lineage: Lineage) {
    this.tables = readHeadTables(lineage);
    // What is attached to a database without a name must exist.
    this.sqlite = openFile('', { fileMustExist: true });
    this.sqlite.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF');
    this.sqlite.exec('PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -64000');
    const indexes = this.tables.map(
      ({ name }) => `CREATE INDEX ${quoteIdentifier(`_${name}`)} ON ${quoteIdentifier(name)} ("_archive")`,
    );
    this.sqlite.exec([archivesDdl, ...this.tables.map(liveTableDdl), ...indexes].join(';\n'));
    registerFunctions(this.sqlite, lineage);
    this.#writer = new UnifiedWriter(this.sqlite, this.tables, undefined, false);
    this.#reader = new ArchiveReader(this.sqlite, lineage);
    const names = ['_archives', ...this.tables.map(({ name }) => name)];
    this.#clear = names.map((name) => `DELETE FROM main.${quoteIdentifier(name)};`).join('');
  }

  clear(): void {
    this.#writer.write(() => this.sqlite.exec(this.#clear));
  }

  /** Reads files that lie on this machine. One that cannot be read is staged as `failed`. */
  add(files: readonly FoundFile[]): void {
    for (let at = 0; at < files.length; at += batchSize) {
      ingestBatch(this.#writer, this.#reader, files.slice(at, at + batchSize));
    }
  }

  /** Notes one that could not be fetched. */
  addProblem(file: FoundFile, problem: Problem): void {
    this.#writer.write(() => this.#writer.writeProblem(file, problem));
  }

  /** In the order in which they were added. */
  list(files: readonly FoundFile[]): StagedArchive[] {
    const find = this.sqlite.prepare<[string], StagedRow>(
      `SELECT "id", "state", "version", "strategy", "session_id" AS sessionId, "rows", "error_code" AS code,
        "error_message" AS message, "error_hint" AS hint FROM "_archives" WHERE "path" = ?`,
    );
    return files.flatMap((file) => {
      const { code, message, hint, ...facts } = find.get(file.path) ?? ({} as StagedRow);
      if (facts.id === undefined) return [];
      const problem = code === null ? undefined : ({ path: file.path, code, message, hint } as Problem);
      return [{ file, ...facts, problem }];
    });
  }

  /** The stage counts from 1; where others add to the same place, an archive has the number that its path gives it. */
  renumber(archives: readonly StagedArchive[]): void {
    const names = [
      ...this.tables.map(({ name }) => [name, '_archive'] as const),
      ['_archives', 'id'] as const,
    ];
    const updates = names.map(([table, column]) =>
      this.sqlite.prepare(`UPDATE ${quoteIdentifier(table)} SET "${column}" = ? WHERE "${column}" = ?`),
    );
    this.sqlite.transaction(() => {
      for (const { id, file } of archives)
        for (const update of updates) update.run(archiveIdOf(file.path), id);
    })();
  }

  [Symbol.dispose](): void {
    this.sqlite.close();
  }
}

interface StagedRow extends Omit<StagedArchive, 'file' | 'problem'> {
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
}
