import { fileError } from '@varve/core';
import { type Lineage, registerFunctions } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import { type Problem, problemOf } from '../problem.ts';
import { type FoundFile, walkFiles } from '../walk-files.ts';
import type { KnownArchive } from './archive-entries.ts';
import type { Duplicate } from './duplicates.ts';
import { type HeadTable, readHeadTables } from './head-tables.ts';
import { ingestFiles, type UnifyProgress } from './ingest-files.ts';
import { planRefresh, withWal } from './plan-refresh.ts';
import { createSearchIndexes, readSearchIndexes } from './search-index.ts';
import { openUnifiedFile } from './unified-file.ts';
import { UnifiedWriter } from './unified-writer.ts';

export interface RefreshOptions {
  readonly lineage: Lineage;
  /** Files, folders and globs. */
  readonly archives: string | readonly string[];
  /**
   * What becomes of the rows of an archive that is no longer there: `remove` (default), or `keep` them, the archive
   * marked as `gone`.
   */
  readonly gone?: 'remove' | 'keep';
  /**
   * Makes a full-text index of all texts, which every refresh of the file keeps up to date from then on: for
   * `searchUnified`.
   */
  readonly search?: boolean;
  /** Called after each batch. */
  readonly onProgress?: (progress: UnifyProgress) => void;
}

/** What a refresh did, in archives; those that failed are counted in `added` or `changed` as well. */
export interface RefreshReport {
  readonly added: number;
  readonly changed: number;
  /** Archives that went, whether their rows were removed or kept. */
  readonly removed: number;
  readonly unchanged: number;
  /** The archives that are not counted, because a newer one holds the same session. */
  readonly duplicates: readonly Duplicate[];
  /** Every archive that the view lacks, and every path that could not be searched. */
  readonly problems: readonly Problem[];
}

/**
 * Brings a unified file up to date with its archives: reads the new and the changed, removes the gone. A batch of
 * archives is one transaction; what is done stays done when the process dies, and the next refresh goes on.
 */
export async function refreshUnified(file: string, options: RefreshOptions): Promise<RefreshReport> {
  const { lineage } = options;
  const found = walkFiles(options.archives);
  const sqlite = openUnifiedFile(file, lineage);
  try {
    const tables = readHeadTables(lineage);
    if (options.search) ensureSearchIndexes(sqlite, tables);
    const writer = new UnifiedWriter(sqlite, tables);
    const plan = planRefresh(found, writer.entries.list(), file);
    const gone = options.gone === 'keep' ? plan.gone.filter(({ state }) => state !== 'gone') : plan.gone;
    if (plan.toRead.length + gone.length > 0) {
      enterWalMode(sqlite);
      registerFunctions(sqlite, lineage);
      settleGone(writer, gone, options.gone ?? 'remove');
      await ingestFiles(writer, plan.toRead, options);
      await ingestOrphans(writer, found.files, options);
    }
    const { added, changed, unchanged } = plan;
    const problems = [
      ...plan.problems.map((error) => problemOf(error, error.path ?? file)),
      ...writer.entries.listProblems(),
    ];
    const duplicates = writer.duplicates.list();
    return { added, changed, removed: gone.length, unchanged, duplicates, problems };
  } catch (error) {
    throw fileError(error, file, 'write');
  } finally {
    closeUnifiedFile(sqlite);
  }
}

function ensureSearchIndexes(sqlite: Database, tables: readonly HeadTable[]): void {
  const ensure = sqlite.transaction(() => {
    if (readSearchIndexes(sqlite).length === 0) createSearchIndexes(sqlite, tables);
  });
  ensure.immediate();
}

function settleGone(writer: UnifiedWriter, gone: readonly KnownArchive[], rows: 'remove' | 'keep'): void {
  for (const { id, state } of gone) {
    if (rows === 'keep' && state === 'unified') writer.entries.setState(id, 'gone');
    else writer.sqlite.transaction(() => writer.removeArchive(id))();
  }
}

/** Reads the duplicates of what is gone: each round settles a session or fails on an archive. */
async function ingestOrphans(
  writer: UnifiedWriter,
  found: readonly FoundFile[],
  options: RefreshOptions,
): Promise<void> {
  for (;;) {
    const orphans = writer.duplicates.listOrphans();
    const files = found.filter(({ path }) => orphans.has(path)).map(withWal);
    if (files.length === 0) return;
    await ingestFiles(writer, files, options);
  }
}

/** Readers read on meanwhile, and a commit waits for no disk. */
function enterWalMode(sqlite: Database): void {
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = NORMAL');
  sqlite.pragma(`wal_autocheckpoint = ${walPages}`);
}

/** 64 MB of pages of 4 KB: an index page that many archives touch is then written once. */
const walPages = 16_384;

/** Leaves WAL mode, so that a view at rest is one file; while somebody reads it, that is left to the next to close. */
export function closeUnifiedFile(sqlite: Database): void {
  try {
    sqlite.pragma('busy_timeout = 0');
    sqlite.pragma('journal_mode = DELETE');
  } catch {
    // Busy: it stays in WAL mode, in which it is as whole and as readable.
  } finally {
    sqlite.close();
  }
}
