import { mkdirSync } from 'node:fs';
import type { Database } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { prepareQuery } from '../query/index.ts';
import { readHeadTables, readUnified } from '../unified/index.ts';
import { divideArchives, selectTable } from './export-partitions.ts';
import { Exporter, type ExporterOptions, type ExportReport } from './exporter.ts';

export interface ExportUnifiedOptions extends ExporterOptions {
  /** Tables of head; all of them unless a query is given. */
  readonly tables?: readonly string[];
  /** One SELECT, exported as `query`; to be partitioned, it must yield `_archive`. */
  readonly query?: string;
}

/**
 * Writes tables of a unified view, or the rows of a query over it, to files of other tools. A second export into the
 * folder writes only files whose archives changed. A file is complete or not there; rows are streamed.
 *
 * @throws UNIFIED_FOREIGN, SQL_REFUSED, SQL_FAILED, USAGE, TABLE_UNKNOWN, FILE_READ_ONLY
 *
 * @example
 * ```ts
 * import { exportUnified, openUnified } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const unified = await openUnified('view.db', { lineage, archives: 'archives' });
 * unified.close();
 * const report = exportUnified('view.db', { lineage, into: 'parquet', format: 'parquet' });
 * console.log(report.written.length > 0); // true
 * ```
 */
export function exportUnified(file: string, options: ExportUnifiedOptions): ExportReport {
  const sqlite = readUnified(file);
  if (!sqlite) throw notAView(file);
  try {
    const exports = listExports(sqlite, options);
    makeFolder(options.into);
    // One state of the view, whoever refreshes it meanwhile.
    sqlite.exec('BEGIN');
    const partitions = divideArchives(sqlite, options.partitionBy);
    return new Exporter(sqlite, options, partitions).run(exports);
  } finally {
    sqlite.close();
  }
}

/** Name → SELECT, without what would end a subquery early. */
function listExports(sqlite: Database, options: ExportUnifiedOptions): Map<string, string> {
  if (options.query !== undefined) {
    const { columns } = prepareQuery(sqlite, options.query);
    if (options.partitionBy && !columns.includes('_archive')) throw notDivisible();
    const sql = `SELECT * FROM (${options.query.replace(/[;\s]+$/, '')}\n)`;
    prepareQuery(sqlite, sql);
    return new Map([['query', sql]]);
  }
  const known = readHeadTables(options.lineage).map(({ name }) => name);
  const unknown = options.tables?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw tableUnknown(unknown, known);
  return new Map((options.tables ?? known).map((name) => [name, selectTable(name)]));
}

function makeFolder(into: string): void {
  try {
    mkdirSync(into, { recursive: true });
  } catch (cause) {
    throw new VarveError('USAGE', 'there is no folder to export into, and none can be made', {
      path: into,
      hint: 'name a folder, or a path at which one can be made',
      cause,
    });
  }
}

function notAView(file: string): VarveError {
  return new VarveError('UNIFIED_FOREIGN', 'only a unified view can be exported, and this is none', {
    path: file,
    hint: 'make one first: varve unify ARCHIVES --into FILE',
  });
}

function notDivisible(): VarveError {
  return new VarveError('USAGE', 'the query cannot be partitioned: it does not yield "_archive"', {
    hint: 'add _archive to what it selects',
  });
}

function tableUnknown(name: string, known: readonly string[]): VarveError {
  return new VarveError('TABLE_UNKNOWN', `there is no table "${name}" at head`, {
    hint: `name one of: ${known.join(', ')}`,
  });
}
