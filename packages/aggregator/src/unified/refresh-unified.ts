import { fileError } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import type { Database } from '@varve/migrations/internal';
import { registerFunctions } from '@varve/migrations/internal';
import {
  type Archives,
  FileList,
  isRemote,
  newNotes,
  type Selection,
  streamCandidates,
} from '../find/index.ts';
import { type Problem, problemOf, Tally, type WorkOptions } from '../work/index.ts';
import { ArchiveEntries, type KnownArchive } from './archive-entries.ts';
import { ArchiveOutcomes, type ReadArchive } from './archive-outcomes.ts';
import { type Duplicate, Duplicates, type SessionClash } from './duplicates.ts';
import { finishFilling, isFilling } from './filling.ts';
import { readHeadTables } from './head-tables.ts';
import { ingestFiles } from './ingest-files.ts';
import type { IngestOptions } from './ingest-options.ts';
import { leaveOutViews } from './leave-out-views.ts';
import { type FileLane, lanesAgain, lanesToRead, planRefresh, type RefreshPlan } from './plan-refresh.ts';
import { createSearchIndexes, readSearchIndexes } from './search-index.ts';
import { openUnifiedFile } from './unified-file.ts';
import { UnifiedWriter } from './unified-writer.ts';

export interface RefreshOptions extends IngestOptions, Selection, WorkOptions<ReadArchive> {
  readonly archives: Archives;
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
}

/** What a refresh did, in archives; those that failed are counted in `added` or `changed` as well. */
export interface RefreshReport {
  /** How many of `added` and of `changed` could not be read this time. */
  readonly failed: { readonly added: number; readonly changed: number };
  readonly added: number;
  readonly changed: number;
  /** Archives that went, whether their rows were removed or kept. */
  readonly removed: number;
  readonly unchanged: number;
  /** The archives that are not counted, because another holds all that they hold of the same session. */
  readonly duplicates: readonly Duplicate[];
  /** Sessions of which several archives hold rows that contradict each other; all are counted. */
  readonly clashes: readonly SessionClash[];
  /** Every archive that the view lacks, and every path that could not be searched. */
  readonly problems: readonly Problem[];
  /** Whether it ended before all archives were read: the next refresh goes on. */
  readonly isStopped: boolean;
}

/**
 * Brings a unified file up to date with its archives: reads the new and the changed, removes the gone. A batch of
 * archives is one transaction; what is done stays done when the process dies, and the next refresh goes on.
 */
export async function refreshUnified(file: string, options: RefreshOptions): Promise<RefreshReport> {
  try {
    return await refresh(file, options);
  } catch (error) {
    throw fileError(error, file, 'write');
  }
}

async function refresh(file: string, options: RefreshOptions): Promise<RefreshReport> {
  const notes = newNotes();
  const sqlite = openUnifiedFile(file, options.lineage);
  try {
    const entries = new ArchiveEntries(sqlite);
    const found = streamCandidates(options.archives, notes, options);
    const keepsGone = options.gone === 'keep';
    const mustReadAgain = (archive: KnownArchive) => isJudgedOtherwise(archive, options);
    const tally = new Tally(options);
    const outcomes = new ArchiveOutcomes(tally, entries);
    const onKnown = (archive: KnownArchive) => outcomes.tellKnown(archive);
    const planning = { entries, notes, unifiedFile: file, keepsGone, mustReadAgain, onKnown };
    using plan = await planRefresh(found, planning);
    const unsearched = plan.problems.map((error) => problemOf(error, error.path ?? file));
    outcomes.tellProblems(unsearched);
    if (options.search) ensureSearchIndexes(sqlite, options.lineage);
    const { changed, gone, unchanged } = plan;
    const isDue = plan.added + changed + gone > 0 || isFilling(sqlite);
    const views = isDue ? await writeChanges(sqlite, plan, options, outcomes) : 0;
    const unreadable = entries.listProblems();
    const sessions = new Duplicates(sqlite);
    return {
      added: plan.added - views,
      changed,
      failed: countFailed(unreadable, plan),
      removed: gone,
      unchanged,
      duplicates: sessions.list(),
      clashes: sessions.listClashes(),
      problems: [...unsearched, ...unreadable],
      isStopped: tally.isStopped,
    };
  } finally {
    closeUnifiedFile(sqlite);
  }
}

/** What is read of newer archives must not depend on how they were read before. */
function isJudgedOtherwise(
  { errorCode, version }: KnownArchive,
  { lineage, newer = 'refuse' }: RefreshOptions,
): boolean {
  if (newer === 'additive') return errorCode === 'VERSION_AHEAD';
  return version !== null && version > lineage.migrations.length;
}

/** Of those that were read. */
function countFailed(problems: readonly Problem[], { files }: RefreshPlan): RefreshReport['failed'] {
  const lanes = problems.map(({ path }) => files.find(path)?.kind);
  const count = (some: readonly FileLane[]) => lanes.filter((lane) => lane && some.includes(lane)).length;
  return { added: count(lanesToRead) - count(lanesAgain), changed: count(lanesAgain) };
}

/** Returns how many of the files were unified views, and are left out. */
async function writeChanges(
  sqlite: Database,
  plan: RefreshPlan,
  options: RefreshOptions,
  outcomes: ArchiveOutcomes,
): Promise<number> {
  const tables = readHeadTables(options.lineage);
  enterWritingMode(sqlite);
  registerFunctions(sqlite, options.lineage);
  const writer = new UnifiedWriter(sqlite, tables);
  settleGone(writer, plan.listGone(), options.gone ?? 'remove');
  await ingestFiles(writer, plan.files, options, outcomes);
  if (!outcomes.signal.aborted) await ingestOrphans(writer, plan, options);
  const views = leaveOutViews(writer, plan.files);
  // Unfinished, it says of itself that it lacks archives.
  if (!outcomes.signal.aborted) finishFilling(sqlite, tables);
  return views;
}

function ensureSearchIndexes(sqlite: Database, lineage: Lineage): void {
  if (readSearchIndexes(sqlite).length > 0) return;
  const ensure = sqlite.transaction(() => {
    if (readSearchIndexes(sqlite).length === 0) createSearchIndexes(sqlite, readHeadTables(lineage));
  });
  ensure.immediate();
}

function settleGone(writer: UnifiedWriter, gone: Iterable<KnownArchive>, rows: 'remove' | 'keep'): void {
  for (const { id, state } of gone) {
    if (rows === 'keep' && state === 'unified') writer.entries.setState(id, 'gone');
    else writer.write(() => writer.removeArchive(id));
  }
}

/** Reads the duplicates of what is gone: each round settles a session or fails on an archive. */
async function ingestOrphans(
  writer: UnifiedWriter,
  { files }: RefreshPlan,
  options: RefreshOptions,
): Promise<void> {
  for (;;) {
    using orphans = new FileList<FileLane>();
    for (const path of writer.duplicates.listOrphans()) {
      const found = files.find(path);
      if (found) orphans.add(found.file, isRemote(found.file) ? 'remote' : 'here');
    }
    if (orphans.count(lanesToRead).files === 0) return;
    await ingestFiles(writer, orphans, options);
  }
}

/**
 * Readers read on meanwhile, and a commit waits for no disk. Nobody reads a view that is being filled: its rows go into
 * the file once, not into a WAL before.
 */
function enterWritingMode(sqlite: Database): void {
  // Where SQLite keeps what it needs to undo one archive.
  sqlite.pragma('temp_store = MEMORY');
  if (isFilling(sqlite)) {
    sqlite.pragma('journal_mode = TRUNCATE');
    sqlite.pragma('synchronous = OFF');
  } else {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma(`wal_autocheckpoint = ${walPages}`);
  }
}

/** 64 MB of pages of 16 KB: an index page that many archives touch is then written once. */
const walPages = 4096;

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
