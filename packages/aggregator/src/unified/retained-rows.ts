import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lens, type Lineage, lineageAt, replayMigrations } from '@varve/migrations';
import { compileOrdinaryLens, type Database, openFile, quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { HeadTable } from './head-table.ts';
import { readHeadTables } from './head-tables.ts';
import { makeIngestScript } from './ingest-script.ts';
import { compareLineage, readLineageRecord } from './lineage-record.ts';

/**
 * The rows of archives that are gone and were kept, which no file holds any more: when the lineage moves on they are
 * brought to head as an archive is that stands at the head of before. `take` and `put` belong into one transaction.
 */
export class RetainedRows implements Disposable {
  readonly #sqlite: Database;
  readonly #lineage: Lineage;
  readonly #before: Lineage | undefined;
  readonly #dir = mkdtempSync(join(tmpdir(), 'varve-gone-'));

  constructor(sqlite: Database, lineage: Lineage) {
    this.#sqlite = sqlite;
    this.#lineage = lineage;
    this.#before = lineageBefore(sqlite, lineage);
    if (this.#before) this.#attachEmpty(this.#before);
  }

  /** Copies them out of tables that will be dropped. False when there are none. */
  take(): boolean {
    const where = `(SELECT "id" FROM main."_archives" WHERE "state" = 'gone')`;
    const count = this.#sqlite.prepare<[], number>(`SELECT count(*) FROM ${where}`).pluck().get();
    if (count === 0) return false;
    if (!this.#before) throw stuck(this.#sqlite.name, 'the view is of another branch of the lineage');
    // Other migrations have made what is held of them than those that this view knows.
    const newer = this.#sqlite
      .prepare(`SELECT 1 FROM main."_archives" WHERE "state" = 'gone' AND "version" > ?`)
      .get(this.#before.migrations.length);
    if (newer) throw stuck(this.#sqlite.name, 'of one that newer code wrote only a part is held');
    this.#sqlite.exec(`CREATE TEMP TABLE "_gone" AS SELECT * FROM main."_archives" WHERE "id" IN ${where}`);
    for (const { name } of readHeadTables(this.#before)) {
      this.#sqlite.exec(
        `CREATE TEMP TABLE ${held(name)} AS SELECT * FROM main.${quoteIdentifier(name)} WHERE "_archive" IN ${where}`,
      );
    }
    return true;
  }

  /** Writes them into head's tables. */
  put(): void {
    const before = this.#before as Lineage;
    const lens = compileOrdinaryLens(this.#lineage, before.migrations.length);
    if (lens.refusal || lens.stages.length > 0)
      throw stuck(this.#sqlite.name, 'a migration must be replayed');
    this.#sqlite.exec('INSERT INTO main."_archives" SELECT * FROM temp."_gone"');
    const archives = this.#sqlite.prepare<[], { id: number; version: number }>(
      'SELECT "id", "version" FROM temp."_gone"',
    );
    try {
      for (const { id, version } of archives.all())
        this.#bringToHead(lens, readHeadTables(before), id, version);
    } catch (cause) {
      throw stuck(this.#sqlite.name, cause instanceof Error ? cause.message : String(cause), cause);
    }
    for (const name of ['_gone', ...readHeadTables(before).map(({ name }) => `_gone_${name}`)]) {
      this.#sqlite.exec(`DROP TABLE temp.${quoteIdentifier(name)}`);
    }
  }

  #bringToHead(lens: Lens, tables: readonly HeadTable[], id: number, version: number): void {
    const copies = tables.map(({ name, source, columns }) => {
      const stored = columns.filter(({ isGenerated }) => !isGenerated);
      const list = (side: 'name' | 'source') => stored.map((column) => quoteIdentifier(column[side]));
      const into = `before.${quoteIdentifier(source)}`;
      return `DELETE FROM ${into};
        INSERT INTO ${into} (${list('source')}) SELECT ${list('name')} FROM temp.${held(name)} WHERE "_archive" = ${id};`;
    });
    this.#sqlite.exec(copies.join('\n'));
    const script = makeIngestScript(readHeadTables(this.#lineage), lens, 'before');
    this.#sqlite.exec(script.stage + script.insert(id, version) + script.unstage);
  }

  /** Tables without rows and triggers, in which SQLite itself computes what is generated. */
  #attachEmpty(lineage: Lineage): void {
    const path = join(this.#dir, 'before.db');
    const empty = openFile(path);
    replayMigrations(empty, lineage);
    const triggers = empty
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
      .pluck()
      .all();
    for (const name of triggers) empty.exec(`DROP TRIGGER ${quoteIdentifier(name)}`);
    empty.close();
    this.#sqlite.prepare('ATTACH ? AS before').run(path);
  }

  [Symbol.dispose](): void {
    if (this.#before && this.#sqlite.open) this.#sqlite.exec('DETACH before');
    rmSync(this.#dir, { recursive: true });
  }
}

function held(table: string): string {
  return quoteIdentifier(`_gone_${table}`);
}

/** Undefined when the view was not made from an earlier state of this lineage. */
function lineageBefore(sqlite: Database, lineage: Lineage): Lineage | undefined {
  const record = readLineageRecord(sqlite);
  const before = lineageAt(lineage, record.at(-1)?.version ?? 0);
  return compareLineage(record, before) === 'current' ? before : undefined;
}

function stuck(path: string, reason: string, cause?: unknown): VarveError {
  return new VarveError(
    'UNIFIED_STUCK',
    `the rows of archives that are gone cannot be brought to head: ${reason}`,
    {
      path,
      hint: 'the view is as it was: put those archives back, or unify into another file',
      cause,
    },
  );
}
