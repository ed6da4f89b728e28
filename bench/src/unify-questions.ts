import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { exportUnified } from '@varve/aggregator';
import Database from 'better-sqlite3';
import { compare } from './compare.ts';
import { benchLineage } from './lens-lineage.ts';
import { printFigures, printTitle } from './report.ts';

/** How many calls to ask about; without it nothing is asked, for ten million take minutes to write. */
const wanted = Number(process.env.VARVE_BENCH_CALLS ?? 0);
const question = (source: string) =>
  `SELECT tool_name, count(*), avg(took_ms) FROM ${source} GROUP BY tool_name ORDER BY 1`;

/** A question over all calls of a unified view, and over their Parquet in DuckDB. */
export async function askAboutCalls(file: string, into: string): Promise<void> {
  if (wanted === 0) return;
  const calls = growCalls(file);
  const started = performance.now();
  exportUnified(file, { lineage: benchLineage, format: 'parquet', into, tables: ['calls'] });
  const exportedMs = performance.now() - started;
  const sqlite = new Database(file, { readonly: true });
  const duckdb = await (await DuckDBInstance.create()).connect();
  const parquet = `'${join(into, 'calls.parquet').replaceAll("'", "''")}'`;
  printTitle(
    `Group ${calls} unified calls by tool; exported as Parquet in ${(exportedMs / 1000).toFixed(0)} s`,
  );
  printFigures(
    await compare(
      [
        { name: 'DuckDB, the exported Parquet', run: () => duckdb.runAndReadAll(question(parquet)) },
        { name: 'SQLite, the unified view', run: () => sqlite.prepare(question('calls')).all() },
      ],
      { rounds: 3, warmup: 1 },
    ),
  );
  sqlite.close();
  rmSync(into, { recursive: true });
}

/** As if there were many more archives: the rows of those there are, again under other numbers. */
function growCalls(file: string): number {
  const sqlite = new Database(file);
  sqlite.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF');
  const count = sqlite.prepare<[], number>('SELECT count(*) FROM calls').pluck();
  const columns = sqlite
    .prepare('SELECT * FROM calls')
    .columns()
    .map(({ name }) => `"${name}"`);
  const values = columns
    .map((column) => (column === '"_archive"' ? `"_archive" + :step` : column))
    .join(', ');
  const step = sqlite.prepare<[], number>('SELECT max(_archive) FROM calls').pluck();
  const grow = sqlite.prepare(
    `INSERT INTO calls (${columns.join(', ')}) SELECT ${values} FROM calls LIMIT :limit`,
  );
  for (let calls = count.get() ?? 0; calls < wanted; calls = count.get() ?? 0) {
    grow.run({ step: step.get(), limit: wanted - calls });
  }
  const calls = count.get() ?? 0;
  sqlite.close();
  return calls;
}
