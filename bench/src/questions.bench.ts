import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { exportUnified, openUnified, readUnified } from '@varve/aggregator';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { makeBenchDir } from './bench-files.ts';
import { compare } from './compare.ts';
import { printFigures, printTitle } from './report.ts';

/** How many tool calls; 10,000,000 for the figures that are quoted, which takes minutes and 8 GB of disk. */
const wanted = Number(process.env.VARVE_BENCH_CALLS ?? 20_000);
const question = (source: string) =>
  `SELECT tool_name, count(*), sum(status = 'error'), avg(duration_ms) FROM ${source} GROUP BY tool_name ORDER BY 1`;

/** A question over all tool calls of a unified view, and over their Parquet in DuckDB. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const [file, into] = [join(dir, 'unified.db'), join(dir, 'export')];
  createSession(join(dir, 'live'), { lineage, session: { agentName: 'bench' } }).seal(join(dir, 'archives'));
  (await openUnified(file, { lineage, archives: join(dir, 'archives') })).close();
  addCalls(file, wanted);
  const started = { at: performance.now(), cpu: process.cpuUsage() };
  const { rows } = exportUnified(file, { lineage, format: 'parquet', into, tables: ['tool_calls'] });
  const seconds = (performance.now() - started.at) / 1000;
  const { user, system } = process.cpuUsage(started.cpu);
  printTitle(`Group ${rows} unified tool calls by tool`);
  console.log(
    `  exported as Parquet in ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of them computing`,
  );
  const sqlite = readUnified(file);
  const duckdb = await (await DuckDBInstance.create()).connect();
  const parquet = `'${join(into, 'tool_calls.parquet').replaceAll("'", "''")}'`;
  printFigures(
    await compare(
      [
        { name: 'DuckDB, the exported Parquet', run: () => duckdb.runAndReadAll(question(parquet)) },
        { name: 'SQLite, the unified view', run: () => sqlite?.prepare(question('tool_calls')).all() },
      ],
      { rounds: 3, warmup: 1 },
    ),
  );
  sqlite?.close();
}

/** What SQL makes of `n`, the number of a call: a hundred calls a session, no two with the same arguments and result. */
const values = {
  _archive: '1 + n / 100',
  _version: '1',
  seq: '1 + n % 100',
  session_id: `printf('019b7a50-%04x-7000-8000-%012x', n / 100 % 65536, n / 100)`,
  tool_name: `'tool-' || abs(random() % 17)`,
  tool_call_id: `'call_' || lower(hex(randomblob(12)))`,
  arguments: `json_object('path', '/data/' || hex(randomblob(6)), 'query', hex(randomblob(20)), 'limit', n % 50)`,
  result: `json_object('ok', json('true'), 'count', n % 1000, 'lines', json_array(hex(randomblob(30)),
    'what comes again and again in the results of a tool, as much of it does', hex(randomblob(30))))`,
  status: `CASE WHEN n % 11 THEN 'ok' ELSE 'error' END`,
  error_type: `CASE WHEN n % 11 THEN NULL ELSE 'Timeout' END`,
  error_message: `CASE WHEN n % 11 THEN NULL ELSE 'no answer within the time given' END`,
  started_at_ms: '1767225600000 + n * 37',
  duration_ms: 'abs(random() % 100000) / 7.0',
  cost_usd: 'n % 100 * 0.0001',
};

/** As if many archives had been unified. */
function addCalls(file: string, count: number): void {
  const sqlite = new Database(file);
  sqlite.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF');
  const indexes = sqlite
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'tool_calls' AND sql NOTNULL`,
    )
    .all();
  for (const { name } of indexes) sqlite.exec(`DROP INDEX "${name}"`);
  sqlite.exec(`WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})
    INSERT INTO tool_calls (${Object.keys(values).join(', ')}) SELECT ${Object.values(values).join(', ')} FROM numbers`);
  for (const { sql } of indexes) sqlite.exec(sql);
  sqlite.close();
}
