import { type Database, openFile, registerFunctions, tokenizeSql } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { type Archives, newNotes, streamCandidates } from '../find/index.ts';
import {
  ArchiveComparison,
  ArchiveOutcomes,
  archivesDdl,
  countStoredOnce,
  type HeadTable,
  ingestFiles,
  leaveOutViews,
  liveTableDdl,
  planRefresh,
  readHeadTables,
  UnifiedWriter,
  type WantedTable,
  writeLeftOut,
} from '../unified/index.ts';
import { problemOf, Tally } from '../work/index.ts';
import { type NamedColumns, readNamedColumns } from './named-columns.ts';
import { readPushedFilters } from './pushed-filters.ts';
import type { ArchivesAnswer, LiveQuery, PullReport, QueryArchivesOptions } from './query-options.ts';
import { type PreparedQuery, prepareQuery } from './run-query.ts';

/** From here on reading every archive for each question costs more than it saves. */
const adviceFrom = { archives: 1000, rows: 5_000_000 };

/**
 * Answers one SELECT at head schema over archives of any versions, without a unified view: of each archive, what the
 * query names is read through its lens into a temporary file that SQLite alone knows. Tables are those of the unified
 * view, `_archive`, `_version` and `_archives` among them. Archives stay byte for byte as they are; one that cannot be
 * read is passed over and listed in `problems`.
 *
 * @throws SQL_REFUSED, SQL_FAILED, before any archive is read where the query itself is at fault; FAILURES_EXCEEDED
 *
 * @example
 * ```ts
 * import { queryArchives } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const answer = await queryArchives('archives', 'SELECT agent_name FROM sessions', { lineage });
 * console.log(answer.rows); // [ [ 'support' ] ]
 * ```
 */
export async function queryArchives(
  archives: Archives,
  sql: string,
  options: QueryArchivesOptions,
): Promise<ArchivesAnswer> {
  using live = await openLiveQuery(archives, sql, options);
  const { columns, pulled, rowsPulled, problems, duplicates, clashes, advice } = live;
  const rows = [...live.iterate()];
  return {
    columns,
    rows,
    archives: live.archives,
    pulled,
    rowsPulled,
    problems,
    duplicates,
    clashes,
    advice,
  };
}

/** `queryArchives` for results that do not fit into memory: rows are had one by one. Close it. */
export async function openLiveQuery(
  archives: Archives,
  sql: string,
  options: QueryArchivesOptions,
): Promise<LiveQuery> {
  // SQLite keeps a database without a name in a temporary file, spilled to as needed, gone when it is closed. What is
  // attached to it must exist.
  const sqlite = openFile('', { fileMustExist: true });
  try {
    const report = await pull(sqlite, archives, sql, options);
    sqlite.pragma('query_only = ON');
    return { ...report, ...closeable(sqlite, prepareQuery(sqlite, sql)) };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** SQLite closes no database of which rows are still being read. */
function closeable(
  sqlite: Database,
  query: PreparedQuery,
): PreparedQuery & Pick<LiveQuery, 'close' | typeof Symbol.dispose> {
  const running = new Set<ReturnType<PreparedQuery['iterate']>>();
  const iterate = () => {
    const rows = query.iterate();
    running.add(rows);
    return rows;
  };
  const close = () => {
    for (const rows of running) rows.return(undefined);
    sqlite.close();
  };
  return { columns: query.columns, iterate, close, [Symbol.dispose]: close };
}

async function pull(
  sqlite: Database,
  archives: Archives,
  sql: string,
  options: QueryArchivesOptions,
): Promise<PullReport> {
  const { lineage, newer = 'refuse', onProgress } = options;
  sqlite.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF');
  registerFunctions(sqlite, lineage);
  const head = readHeadTables(lineage);
  sqlite.exec([archivesDdl, ...head.map(liveTableDdl)].join(';\n'));
  writeLeftOut(sqlite, lineage);
  prepareQuery(sqlite, sql);
  const needed = pruneTables(head, sql, isExplain(sql) ? new Map() : readNamedColumns(sqlite, sql));
  using comparison = new ArchiveComparison(lineage, newer);
  const writer = new UnifiedWriter(sqlite, needed, comparison.compare);
  const notes = newNotes();
  const { entries } = writer;
  using plan = await planRefresh(streamCandidates(archives, notes, options), { entries, notes });
  const unsearched = plan.problems.map((error) => problemOf(error, error.path ?? ''));
  const outcomes = new ArchiveOutcomes(new Tally(options), entries);
  outcomes.tellProblems(unsearched);
  await ingestFiles(writer, plan.files, { lineage, newer, ...(onProgress && { onProgress }) }, outcomes);
  if (outcomes.signal.aborted) throw noAnswer(options.maxFailures);
  await countStoredOnce(writer, comparison);
  const read = plan.added - leaveOutViews(writer, plan.files);
  const rowsPulled = sqlite
    .prepare('SELECT coalesce(sum("rows"), 0) FROM "_archives"')
    .pluck()
    .get() as number;
  return {
    archives: read,
    pulled: needed.map(({ name, columns, filter }) => ({
      name,
      columns: columns.map((column) => column.name),
      filter,
    })),
    rowsPulled,
    problems: [...unsearched, ...writer.entries.listProblems()],
    duplicates: writer.duplicates.list(),
    clashes: writer.duplicates.listClashes(),
    advice: adviceFor(read, rowsPulled),
  };
}

function noAnswer(most?: number): VarveError {
  return new VarveError('FAILURES_EXCEEDED', `more than ${most} archives failed, so there is no answer`, {
    hint: '--report FILE has each with its reason; mend them, or allow for more',
  });
}

/** Its plan does not depend on rows. */
function isExplain(sql: string): boolean {
  const first = [...tokenizeSql(sql)].find(({ kind, text }) => kind !== 'comment' && text !== ';');
  return first?.text.toUpperCase() === 'EXPLAIN';
}

/** The tables that a query names, with the columns and rows it names; the session's id always, by which copies are known. */
function pruneTables(head: readonly HeadTable[], sql: string, named: NamedColumns): WantedTable[] {
  // How many rows an archive has must not depend on what else is asked.
  const filters = named.get('_archives')?.has('rows') ? new Map() : readPushedFilters(sql, head);
  return head.flatMap((table) => {
    const isIdentity = (column: string) => table.name === 'sessions' && column === 'id';
    const columns = table.columns.filter(({ name }) => named.get(table.name)?.has(name) || isIdentity(name));
    if (!named.has(table.name) && columns.length === 0) return [];
    const filter = table.name === 'sessions' ? undefined : filters.get(table.name);
    return [{ ...table, columns, filter, filtered: table.columns }];
  });
}

function adviceFor(archives: number, rows: number): string | undefined {
  if (archives <= adviceFrom.archives && rows <= adviceFrom.rows) return undefined;
  return `${archives} archives were read for this answer; varve unify reads them once, and later only what is new`;
}
