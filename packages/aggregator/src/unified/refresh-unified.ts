import { fileError } from '@varve/core';
import { type Lineage, registerFunctions } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import { type Problem, problemOf } from '../problem.ts';
import { walkFiles } from '../walk-files.ts';
import { readHeadTables } from './head-tables.ts';
import { ingestFiles, type UnifyProgress } from './ingest-files.ts';
import { planRefresh } from './plan-refresh.ts';
import { openUnifiedFile } from './unified-file.ts';
import { UnifiedWriter } from './unified-writer.ts';

export interface RefreshOptions {
  readonly lineage: Lineage;
  /** Files, folders and globs. */
  readonly archives: string | readonly string[];
  /** Called after each batch. */
  readonly onProgress?: (progress: UnifyProgress) => void;
}

/** What a refresh did, in archives; those that failed are counted in `added` or `changed` as well. */
export interface RefreshReport {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
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
    const writer = new UnifiedWriter(sqlite, readHeadTables(lineage));
    const plan = planRefresh(found, writer.entries.list(), file);
    if (plan.toRead.length + plan.gone.length > 0) {
      enterWalMode(sqlite);
      registerFunctions(sqlite, lineage);
      removeGone(writer, plan.gone);
      await ingestFiles(writer, plan.toRead, options);
    }
    const { added, changed, unchanged } = plan;
    const problems = [
      ...plan.problems.map((error) => problemOf(error, error.path ?? file)),
      ...writer.entries.listProblems(),
    ];
    return { added, changed, removed: plan.gone.length, unchanged, problems };
  } catch (error) {
    throw fileError(error, file, 'write');
  } finally {
    closeUnifiedFile(sqlite);
  }
}

function removeGone(writer: UnifiedWriter, gone: readonly number[]): void {
  for (const id of gone) {
    writer.sqlite.transaction(() => writer.removeArchive(id))();
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
