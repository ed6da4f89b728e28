import type { NewerFiles } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { type Database, openFile, registerFunctions } from '@varve/migrations/internal';
import { isRemote } from '../find/index.ts';
import { ArchiveReader } from './archive-reader.ts';
import { archivesDdl } from './archives-table.ts';
import type { CompareStates } from './duplicates.ts';
import { readHeadTables } from './head-tables.ts';
import { ingestBatch } from './ingest-batch.ts';
import { SessionStates } from './session-states.ts';
import { liveTableDdl } from './unified-ddl.ts';
import { UnifiedWriter } from './unified-writer.ts';

/** Compares archives of which only some columns have been read: whole, in a temporary file of its own. */
export class ArchiveComparison implements Disposable {
  readonly #lineage: Lineage;
  readonly #newer: NewerFiles | undefined;
  #copies: ReadonlyMap<string, string> = new Map();
  #scratch:
    | { readonly sqlite: Database; readonly writer: UnifiedWriter; readonly reader: ArchiveReader }
    | undefined;

  constructor(lineage: Lineage, newer?: NewerFiles) {
    this.#lineage = lineage;
    this.#newer = newer;
  }

  /** Objects of a store as files of this machine, for as long as the work takes. */
  withCopies(copies: ReadonlyMap<string, string>, work: () => void): void {
    this.#copies = copies;
    try {
      work();
    } finally {
      this.#copies = new Map();
    }
  }

  /** Of an object that is not here nothing can be said: see `countStoredOnce`. */
  readonly compare: CompareStates = (one, other) => {
    if ([one, other].some((file) => isRemote(file) && !this.#copies.has(file.path))) return 'other';
    const { sqlite, writer, reader } = this.#open();
    // Of different sizes, so that nobody compares their bytes.
    const files = [one, other].map(({ path }, sizeBytes) => {
      return {
        path: this.#copies.get(path) ?? path,
        sizeBytes,
        relativePath: path,
        mtimeMs: 0,
        sidecars: [],
        isNamed: true,
      };
    });
    ingestBatch(writer, reader, files);
    const [first, second] = files.map(({ path }) => writer.entries.find(path));
    const isRead = first?.state === 'unified' && second?.state === 'unified';
    const states = new SessionStates(sqlite, readHeadTables(this.#lineage));
    const relation = isRead ? states.compare(first.id, second.id) : 'other';
    for (const entry of [first, second]) if (entry) writer.write(() => writer.removeArchive(entry.id));
    return relation;
  };

  #open() {
    if (this.#scratch) return this.#scratch;
    const sqlite = openFile('', { fileMustExist: true });
    sqlite.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF');
    const tables = readHeadTables(this.#lineage);
    sqlite.exec([archivesDdl, ...tables.map(liveTableDdl)].join(';\n'));
    registerFunctions(sqlite, this.#lineage);
    for (const [at, { name, primaryKey }] of tables.entries()) {
      const key = ['_archive', ...primaryKey.flatMap((column) => column.name ?? [])];
      const list = key.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ');
      sqlite.exec(`CREATE INDEX "_scratch_${at}" ON "${name.replaceAll('"', '""')}" (${list})`);
    }
    const writer = new UnifiedWriter(sqlite, tables, () => 'other');
    this.#scratch = { sqlite, writer, reader: new ArchiveReader(sqlite, this.#lineage, this.#newer) };
    return this.#scratch;
  }

  [Symbol.dispose](): void {
    this.#scratch?.sqlite.close();
  }
}
