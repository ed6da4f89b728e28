import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openUnified } from '@varve/aggregator';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { type ServePageOptions, servePage } from '@varve/page';
import Database from 'better-sqlite3';
import { makeBenchDir, writeArchives } from './bench-files.ts';
import { benchLineage } from './lens-lineage.ts';
import { printTitle } from './report.ts';

const archives = Number(process.env.VARVE_BENCH_ARCHIVES ?? 1000);
const sessions = Number(process.env.VARVE_BENCH_SESSIONS ?? 100_000);
const steps = 5000;

/** What somebody waits for who looks at the page: each time from the request to the last byte of its answer. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  writeArchives(join(dir, 'fleet'), 0, archives, (at) => 1 + (at % 21));
  printTitle(`Look at ${archives} archives of 100 kB and 21 versions`);
  await timeAll(join(dir, 'fleet'), { lineage: benchLineage }, ['/api/sessions', '/api/fleet']);
  printTitle(`Search the texts of ${archives} archives of 100 kB, with no index but the page's own`);
  await timeIndexing(join(dir, 'fleet'));
  printTitle(`Look at a session of ${steps} steps`);
  recordLong(dir);
  await timeAll(join(dir, 'long'), { lineage }, async (ask) => [
    `/api/session/${((await ask('/api/sessions')) as { rows: { key: string }[] }).rows[0]?.key}`,
  ]);
  printTitle(`Search the texts of ${sessions} sessions in a unified view`);
  await timeAll(await makeView(dir), {}, [
    '/api/sessions',
    '/api/sessions?q=zebra',
    '/api/sessions?q=%22a+zebra%22',
  ]);
}

type Ask = (path: string) => Promise<unknown>;

async function timeAll(
  where: string,
  options: ServePageOptions,
  paths: readonly string[] | ((ask: Ask) => Promise<readonly string[]>),
): Promise<void> {
  const startedMs = performance.now();
  const page = await servePage(where, options);
  const { origin, searchParams } = new URL(page.url);
  const ask: Ask = async (path) => {
    const token = `token=${searchParams.get('token')}`;
    return (await fetch(`${origin}${path}${path.includes('?') ? '&' : '?'}${token}`)).json();
  };
  printMs('from the start to the address', performance.now() - startedMs);
  for (const path of typeof paths === 'function' ? await paths(ask) : paths) {
    const askedMs = performance.now();
    await ask(path);
    printMs(path.replace(/(session\/).*/, '$1KEY'), performance.now() - askedMs);
  }
  await page.close();
}

/** How long the first search takes, which begins the index, and one when all archives are in it. */
async function timeIndexing(where: string): Promise<void> {
  const page = await servePage(where, { lineage: benchLineage });
  const { origin, searchParams } = new URL(page.url);
  const search = async (): Promise<{ readonly read: number; readonly total: number } | undefined> => {
    const answer = await fetch(`${origin}/api/sessions?q=zebra&token=${searchParams.get('token')}`);
    return ((await answer.json()) as { search?: { read: number; total: number } }).search;
  };
  const timed = async (what: string, work: () => Promise<unknown>) => {
    const startedMs = performance.now();
    await work();
    printMs(what, performance.now() - startedMs);
  };
  await timed('the first search', search);
  await timed('until all archives are found', async () => {
    for (let found = await search(); !found || found.read < found.total; found = await search())
      await setTimeout(200);
  });
  await timed('a search then', search);
  await page.close();
}

function printMs(what: string, ms: number): void {
  console.log(`  ${what.padEnd(34)} ${ms.toFixed(0).padStart(7)} ms`);
}

function recordLong(dir: string): void {
  const session = createSession(join(dir, 'live'), { lineage, session: { agentName: 'long' } });
  const row = session.sqlite.prepare(
    `INSERT INTO tool_calls (seq, session_id, tool_name, arguments, result, status, started_at_ms, duration_ms, attempt)
     VALUES (?, ?, 'read', ?, ?, 'ok', ?, 5, 1)`,
  );
  session.sqlite.transaction(() => {
    for (let seq = 1; seq <= steps; seq++) {
      row.run(
        seq,
        session.id,
        JSON.stringify({ path: `/data/${seq}` }),
        JSON.stringify('x'.repeat(900)),
        1.7e12 + seq,
      );
    }
  })();
  session.seal(join(dir, 'long'));
}

/** As if so many archives had been unified, a message each. */
async function makeView(dir: string): Promise<string> {
  const file = join(dir, 'view.db');
  createSession(join(dir, 'live'), { lineage, session: { agentName: 'many' } }).seal(join(dir, 'one'));
  (await openUnified(file, { lineage, archives: join(dir, 'one'), search: true })).close();
  const sqlite = new Database(file);
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${sessions})`;
  sqlite.exec(`PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;
    ${numbers} INSERT INTO "_archives" (id, path, size_bytes, mtime_ms, session_id, version, "rows", strategy, state, read_at_ms)
      SELECT n, '/archives/' || n || '.db', 4096, 1.7e12 + n, 's' || n, 1, 2, 'identity', 'unified', 0 FROM numbers;
    ${numbers} INSERT INTO sessions (_archive, _version, id, agent_name, status, started_at_ms)
      SELECT n, 1, 's' || n, 'agent', 'completed', 1.7e12 + n FROM numbers;
    ${numbers} INSERT INTO messages (_archive, _version, seq, session_id, role, parts, created_at_ms)
      SELECT n, 1, 1, 's' || n, 'user', json_array(json_object('type', 'text', 'content',
        'a ' || CASE n % 997 WHEN 0 THEN 'zebra ' ELSE 'horse ' END || hex(randomblob(400)))), 0 FROM numbers;
    INSERT INTO "_search_messages" ("_search_messages") VALUES ('rebuild')`);
  sqlite.close();
  return file;
}
