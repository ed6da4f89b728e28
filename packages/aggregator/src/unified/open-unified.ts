import { fileError, isStoreUrl, openDb1 } from '@varve/core/internal';
import type { Lineage, TableModule } from '@varve/migrations';
import { type Database, openFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { isDrizzle1 } from '@varve/schema/internal';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import type { Problem } from '../work/index.ts';
import { archivesTable } from './archives-table.ts';
import { openReader } from './read-unified.ts';
import {
  closeUnifiedFile,
  type RefreshOptions,
  type RefreshReport,
  refreshUnified,
} from './refresh-unified.ts';
import type { UnifiedDbSchema } from './unified-schema.ts';
import { type UnifiedTables, unifyTables } from './unified-tables.ts';
import { unifyRelations } from './unify-relations.ts';
import { unifySchema } from './unify-schema.ts';

export interface OpenUnifiedOptions<TTables extends TableModule> extends RefreshOptions {
  readonly lineage: Lineage<TTables>;
}

/** Drizzle over a unified view, of the major that is installed. */
type UnifiedDb<TTables extends TableModule> = BetterSQLite3Database<UnifiedDbSchema<TTables>>;

/**
 * Every archive's rows at head in one SQLite file. Each table of head is there with `_archive` and `_version` before
 * its own columns; keys that were unique in an archive are unique together with `_archive`. What opens it cannot write.
 */
export class Unified<TTables extends TableModule> {
  readonly path: string;
  readonly sqlite: Database;
  /** Drizzle over `tables`, with the lineage's relations, which stay within one archive. */
  readonly db: UnifiedDb<TTables>;
  readonly tables: UnifiedTables<TTables>;
  /** The table of archives: join it by `eq(unified.archives.id, table._archive)`. */
  readonly archives = archivesTable;
  readonly #options: RefreshOptions;
  #report: RefreshReport;

  constructor(path: string, options: OpenUnifiedOptions<TTables>, report: RefreshReport) {
    this.path = path;
    this.#options = options;
    this.#report = report;
    this.tables = unifyTables(options.lineage.tables);
    this.sqlite = openReader(path);
    this.db = openUnifiedDb(this.sqlite, options.lineage.tables, this.tables);
  }

  /** What the last refresh did. */
  get report(): RefreshReport {
    return this.#report;
  }

  /** The archives that the view lacks, each with its reason, and the paths that could not be searched. */
  get problems(): readonly Problem[] {
    return this.#report.problems;
  }

  /** Reads what is new or changed, and removes what is gone. Queries see it batch by batch. */
  async refresh(): Promise<RefreshReport> {
    this.#report = await refreshUnified(this.path, this.#options);
    return this.#report;
  }

  close(): void {
    this.sqlite.close();
    try {
      closeUnifiedFile(openFile(this.path, { fileMustExist: true }));
    } catch {
      // It is gone, or stays as it is until it is closed the next time.
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a unified view over archives of any versions, and brings it up to date first: the file is made where there is
 * none, and filled anew when the lineage has moved on. Archives stay byte for byte as they are. One that cannot be
 * read is passed over and listed in `problems`.
 *
 * @throws UNIFIED_FOREIGN when the file is something else, VERSION_AHEAD when newer code wrote it; it is untouched. USAGE for a bucket.
 *
 * @example
 * ```ts
 * import { openUnified } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const unified = await openUnified('view.db', { lineage, archives: 'archives' });
 * const [session] = unified.db.select().from(unified.tables.sessions).all();
 * console.log(session?.agentName); // support
 * unified.close();
 * ```
 */
export async function openUnified<TTables extends TableModule>(
  file: string,
  options: OpenUnifiedOptions<TTables>,
): Promise<Unified<TTables>> {
  if (isStoreUrl(file)) throw inBucketError(file);
  const report = await refreshUnified(file, options);
  try {
    return new Unified(file, options, report);
  } catch (error) {
    throw fileError(error, file);
  }
}

function inBucketError(path: string): VarveError {
  return new VarveError('USAGE', 'a unified view is a file of this machine', {
    path,
    hint: 'name a file; where many machines ask, load the archives into Postgres or ClickHouse',
  });
}

function openUnifiedDb<TTables extends TableModule>(
  sqlite: Database,
  tables: TTables,
  unified: UnifiedTables<TTables>,
): UnifiedDb<TTables> {
  return isDrizzle1
    ? openDb1(sqlite, unifyRelations(tables, unified))
    : drizzle(sqlite, { schema: unifySchema(tables, unified) });
}
