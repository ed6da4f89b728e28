import type { Database, Statement } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { FoundFile } from '../find/index.ts';
import type { Problem } from '../work/index.ts';
import { ArchiveEntries, type ArchiveOutcome, type KnownArchive } from './archive-entries.ts';
import type { ArchiveReading } from './archive-reader.ts';
import { type CompareStates, Duplicates } from './duplicates.ts';
import { isFilling } from './filling.ts';
import type { HeadTable } from './head-table.ts';
import { type IngestScript, makeIngestScript, type WantedTable } from './ingest-script.ts';
import { RowComparison } from './row-comparison.ts';
import { forgetRowsSql, indexRowsSql, readSearchIndexes } from './search-index.ts';
import { SessionStates } from './session-states.ts';

/** Writes whole archives into the tables of a unified file, inside the caller's transaction. */
export class UnifiedWriter {
  readonly sqlite: Database;
  readonly entries: ArchiveEntries;
  readonly duplicates: Duplicates;
  readonly #rows: RowComparison;
  readonly #tables: readonly WantedTable[];
  readonly #countsOnce: boolean;
  readonly #removals: readonly Statement[];
  readonly #indexings: readonly Statement[];
  readonly #lock: Statement;
  readonly #totalChanges: Statement;
  readonly #sessionId: Statement | undefined;
  readonly #scripts = new Map<string, IngestScript>();

  /** @param countsOnce Whether a session that several archives hold is counted once: known only where all of them are seen. */
  constructor(sqlite: Database, tables: readonly WantedTable[], compare?: CompareStates, countsOnce = true) {
    this.#countsOnce = countsOnce;
    this.sqlite = sqlite;
    this.entries = new ArchiveEntries(sqlite);
    this.duplicates = new Duplicates(sqlite, compare ?? compareRows(sqlite, tables));
    this.#rows = new RowComparison(sqlite);
    this.#tables = tables;
    // The indexes of a view that is being filled are made when it is.
    const indexes = isFilling(sqlite) ? [] : readSearchIndexes(sqlite);
    this.#removals = [
      ...indexes.map(forgetRowsSql),
      ...tables.map(({ name }) => `DELETE FROM main.${quoteIdentifier(name)} WHERE "_archive" = ?`),
    ].map((sql) => sqlite.prepare(sql));
    this.#indexings = indexes.map((index) => sqlite.prepare(indexRowsSql(index)));
    this.#lock = sqlite.prepare('UPDATE main."_archives" SET "id" = "id" WHERE 0');
    this.#totalChanges = sqlite.prepare('SELECT total_changes()').pluck();
    if (hasSessionId(tables)) this.#sessionId = sqlite.prepare(sessionIdSql).pluck();
  }

  /** Reads the bytes of archives that may be copies of others, before they are attached: only a session is held twice. */
  lookForCopies(files: readonly FoundFile[]): void {
    if (this.#countsOnce && this.#sessionId) this.duplicates.lookAt(files);
  }

  /**
   * Runs work that is written as a whole or not at all. Only the view is locked for writing: with BEGIN IMMEDIATE,
   * SQLite would lock every attached archive as well, and make a journal over all of them.
   */
  write(work: () => void): void {
    this.sqlite.transaction(() => {
      this.#lock.run();
      work();
    })();
  }

  /**
   * Replaces what came from this path by the rows of its source, attached as `schema`. Rows that are the same at head,
   * as after an upgrade, stay as they are, their `_version` too. A session that several archives hold is counted once.
   */
  writeArchive(file: FoundFile, reading: ArchiveReading): void {
    const script = this.#scriptFor(reading);
    if (script.stage) this.sqlite.exec(script.stage);
    const known = this.entries.find(file.path);
    const isSame = known && this.#isSame(known, script);
    const id = isSame ? known.id : this.#writeRows(file, reading, script);
    if (isSame) this.entries.keep(id, file, reading);
    if (script.unstage) this.sqlite.exec(script.unstage);
    this.countOnce(id);
  }

  /** Does for an archive whose rows were taken over from a part what is left to do. */
  settle(id: number): void {
    this.#index(id);
    this.countOnce(id);
  }

  #writeRows(
    file: FoundFile,
    { version, originalVersion, strategy }: ArchiveReading,
    script: IngestScript,
  ): number {
    const id = this.#replace(file, { version, strategy });
    const before = this.#totalChanges.get() as number;
    this.sqlite.exec(script.insert(id, originalVersion));
    const rows = (this.#totalChanges.get() as number) - before;
    const sessionId = this.#sessionId?.get(id) as string | null | undefined;
    this.entries.setRows(id, rows, sessionId ?? null);
    this.#index(id);
    return id;
  }

  #index(id: number): void {
    for (const indexing of this.#indexings) indexing.run(id);
  }

  /** Takes the rows away that another archive of the same session holds as well. */
  countOnce(id: number): void {
    if (!this.#countsOnce) return;
    for (const superseded of this.duplicates.findSuperseded(id)) this.#supersede(superseded);
  }

  #isSame({ id, state }: KnownArchive, { selects }: IngestScript): boolean {
    if (state !== 'unified' && state !== 'gone') return false;
    return [...selects].every(([table, select]) => this.#rows.areSame(table, select, id));
  }

  #supersede({ id, state }: Pick<KnownArchive, 'id' | 'state'>): void {
    if (state === 'gone') {
      this.removeArchive(id);
    } else {
      this.#removeRows(id);
      this.entries.setState(id, 'duplicate');
    }
  }

  /** Replaces what came from this path by the reason why nothing can. */
  writeProblem(file: FoundFile, problem: Problem): void {
    this.#replace(file, { problem });
  }

  removeArchive(id: number): void {
    this.duplicates.forget(id);
    this.#removeRows(id);
    this.entries.remove(id);
  }

  #replace(file: FoundFile, outcome: ArchiveOutcome): number {
    const known = this.entries.find(file.path);
    if (known) {
      this.duplicates.forget(known.id);
      this.#removeRows(known.id);
    }
    return this.entries.save(file, outcome);
  }

  #removeRows(id: number): void {
    for (const removal of this.#removals) removal.run(id);
  }

  #scriptFor({ lens, schema }: ArchiveReading): IngestScript {
    const key = `${schema} ${lens?.from}`;
    const known = this.#scripts.get(key);
    if (known) return known;
    const script = makeIngestScript(this.#tables, lens, schema);
    this.#scripts.set(key, script);
    return script;
  }
}

/** For tables that have all their columns. */
function compareRows(sqlite: Database, tables: readonly WantedTable[]): CompareStates {
  let states: SessionStates | undefined;
  return (one, other) => {
    states ??= new SessionStates(sqlite, tables);
    return states.compare(one.id, other.id);
  };
}

/** By the standard tables: an archive's one row of `sessions`. */
const sessionIdSql =
  'SELECT CAST(min("id") AS TEXT) FROM main."sessions" WHERE "_archive" = ? HAVING count(*) = 1';

function hasSessionId(tables: readonly HeadTable[]): boolean {
  const sessions = tables.find((table) => table.name === 'sessions');
  return sessions?.columns.some((column) => column.name === 'id') ?? false;
}
