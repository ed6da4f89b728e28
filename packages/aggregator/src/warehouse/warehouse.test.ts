import { readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt } from '@varve/migrations';
import Database from 'better-sqlite3';
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { hasClickHouse } from '../testing/start-clickhouse.ts';
import { hasPostgres } from '../testing/start-postgres.ts';
import { testEngines } from '../testing/test-engines.ts';
import { openClickHouse } from './clickhouse.ts';
import { loadArchives, openWarehouse } from './open-warehouse.ts';

const engines = testEngines();
beforeAll(() => engines.start());
afterAll(() => engines.stop());

const callsSql = `SELECT agent, tool_name, failed, ordinal FROM sessions s JOIN tool_calls c ON c._archive = s._archive
  ORDER BY agent, ordinal`;

describe.each(engines.all)('$name', ({ isThere, create, ask }) => {
  const test = it.skipIf(!isThere);

  test('holds archives of every version at head, and takes again only what is new, changed or gone wrong', async () => {
    const [url, dir] = [await create(), makeFolder()];
    for (let version = 1; version <= head; version++)
      writeArchive(join(dir, `${version}.db`), version, `s${version}`);
    const first = await loadArchives(dir, url, { lineage });
    expect(first).toMatchObject({ loaded: head, current: 0, failed: [] });
    const rows = await ask(url, callsSql);
    expect(rows).toHaveLength(3 * head);
    expect(rows.slice(0, 2).map((row) => row.map(String))).toEqual([
      ['agent 1', 'grep', '0', '10'],
      ['agent 1', 'read', '0', '20'],
    ]);
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({ loaded: 0, current: head });
    const path = writeArchive(join(dir, 'new.db'), 2, 'new');
    rmSync(join(dir, '1.db'));
    utimesSync(writeArchive(join(dir, '1.db'), 3, 's1'), 1, 1);
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({ loaded: 2, current: head - 1 });
    expect((await ask(url, `SELECT rows, state FROM _archives WHERE path = '${path}'`)).map(String)).toEqual([
      '6,unified',
    ]);
    const [[count]] = (await ask(url, 'SELECT count(*) FROM tool_calls')) as [[unknown]];
    expect(Number(count)).toBe(3 * (head + 1));
  });

  test('names what cannot be read, and loads the rest', async () => {
    const [url, dir] = [await create(), makeFolder()];
    writeArchive(join(dir, 'a.db'), 1, 'a');
    const broken = writeArchive(join(dir, 'b.db'), 1, 'b');
    const sqlite = new Database(broken);
    sqlite.exec(`UPDATE __drizzle_migrations SET hash = 'other'`);
    sqlite.close();
    const report = await loadArchives(dir, url, { lineage });
    expect(report).toMatchObject({ loaded: 1, failed: [{ path: broken }] });
    expect((await ask(url, `SELECT state FROM _archives WHERE path = '${broken}'`)).flat()).toEqual([
      'failed',
    ]);
  });

  test('says which statements bring it to head, runs them when told, and reads the archives again', async () => {
    const [url, dir] = [await create(), makeFolder()];
    writeArchive(join(dir, 'a.db'), 1, 'a');
    await loadArchives(dir, url, { lineage: lineageAt(lineage, 3) });
    const error = await loadArchives(dir, url, { lineage }).catch((it) => it);
    expect(error).toMatchObject({ code: 'WAREHOUSE_BEHIND' });
    expect(error.details.ddl.join('\n')).toMatch(/ADD COLUMN .ordinal/);
    expect(await loadArchives(dir, url, { lineage, applyDdl: true })).toMatchObject({
      loaded: 1,
      failed: [],
    });
    expect((await ask(url, callsSql)).map((row) => Number(row[3]))).toEqual([10, 20, 30]);
    await expect(loadArchives(dir, url, { lineage: { ...lineage, name: 'another' } })).rejects.toMatchObject({
      code: 'WAREHOUSE_FOREIGN',
    });
  });

  test('lets the rows of an archive go that is gone or was replaced, unless told to keep them', async () => {
    const [url, dir, other] = [await create(), makeFolder(), makeFolder()];
    const [a, b] = ['a', 'b'].map((name) => writeArchive(join(dir, `${name}.db`), 1, name));
    await loadArchives([dir, writeArchive(join(other, 'c.db'), 1, 'c')], url, { lineage });
    const sqlite = new Database(a as string);
    sqlite.exec('DELETE FROM tool_calls WHERE seq > 1');
    sqlite.close();
    rmSync(b as string);
    expect(await loadArchives(dir, url, { lineage, gone: 'keep' })).toMatchObject({ loaded: 1, removed: 0 });
    const count = async (table: string) => Number((await ask(url, `SELECT count(*) FROM ${table}`))[0]?.[0]);
    expect(await count('tool_calls')).toBe(7);
    const half = [1, 2].map((index) => loadArchives(dir, url, { lineage, shard: { index, count: 2 } }));
    expect((await Promise.all(half)).reduce((sum, { removed }) => sum + removed, 0)).toBe(1);
    expect(await count('tool_calls')).toBe(4);
    expect(await count('_archives')).toBe(2);
    const physical = url.startsWith('clickhouse') ? '_rows_tool_calls' : 'tool_calls';
    await expect.poll(() => count(physical)).toBe(4);
    writeArchive(b as string, 1, 'b');
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({ loaded: 1, current: 1 });
    expect(await count('tool_calls')).toBe(7);
  });

  test('counts a session once that several archives hold, the newest', async () => {
    const [url, dir] = [await create(), makeFolder()];
    const id = '018cc7e6-1234-7abc-8def-0123456789ab';
    const paths = ['a', 'b', 'c'].map((name) => writeArchive(join(dir, `${name}.db`), 1, id));
    utimesSync(paths[1] as string, 2e9, 2e9);
    for (const path of paths) await loadArchives(path, url, { lineage });
    expect((await ask(url, 'SELECT count(*) FROM tool_calls')).flat().map(Number)).toEqual([3]);
    const kept = await ask(url, `SELECT path FROM _archives WHERE state = 'unified'`);
    expect(kept.flat()).toEqual([paths[1]]);
    for (const name of ['d', 'e']) writeArchive(join(dir, `${name}.db`), 1, 'main');
    await loadArchives(dir, url, { lineage });
    expect((await ask(url, 'SELECT count(*) FROM sessions')).flat().map(Number)).toEqual([3]);
  });

  test('says that a database does not answer, and that there is none of a name', async () => {
    const scheme = (await create()).split(':')[0];
    const nobody = loadArchives(makeFolder(), `${scheme}://me:secret@127.0.0.1:1/x`, { lineage });
    await expect(nobody).rejects.toMatchObject({
      code: 'WAREHOUSE_UNREACHABLE',
      path: `${scheme}://me@127.0.0.1:1/x`,
    });
    const nowhere = loadArchives(makeFolder(), (await create()).replace(/test\d+/, 'nowhere'), { lineage });
    const failure = await nowhere.catch((error) => error);
    expect(failure.code).toMatch(/^WAREHOUSE_(REFUSED|UNREACHABLE)$/);
  });
});

it.skipIf(!hasClickHouse)('goes on with tables that somebody was killed in changing', async () => {
  const [url, dir] = [await engines.clickhouse.create(), makeFolder()];
  writeArchive(join(dir, 'a.db'), 1, 'a');
  await loadArchives(dir, url, { lineage: lineageAt(lineage, 3) });
  await using engine = await openClickHouse(url);
  const half = ['DROP TABLE tool_calls', 'ALTER TABLE _rows_tool_calls ADD COLUMN ordinal Nullable(Int64)'];
  for (const statement of half) await engine.query(statement).catch(() => {});
  expect(await loadArchives(dir, url, { lineage, applyDdl: true })).toMatchObject({ loaded: 1, failed: [] });
  expect((await engine.query(callsSql)).map((row) => Number(row[3]))).toEqual([10, 20, 30]);
});

it.skipIf(!hasPostgres)('is asked on Postgres with Drizzle as the SQLite view is', async () => {
  const url = (await engines.postgres.create()) as `postgres://${string}`;
  const bucket = await useBucket();
  onTestFinished(() => bucket[Symbol.asyncDispose]());
  bucket.put('bucket/a.db', readFileSync(writeArchive(join(makeFolder(), 'a.db'), 1, 'a')));
  await using warehouse = await openWarehouse(url, { lineage });
  expect(await warehouse.load('s3://bucket')).toMatchObject({ loaded: 1, failed: [] });
  const { toolCalls, sessions } = warehouse.tables;
  const rows = await warehouse.db
    .select({
      agent: sessions.agent,
      tool: toolCalls.toolName,
      failed: toolCalls.failed,
      at: toolCalls.ordinal,
    })
    .from(toolCalls)
    .innerJoin(sessions, eq(sessions._archive, toolCalls._archive))
    .orderBy(desc(toolCalls.ordinal));
  const failed: boolean | undefined = rows[0]?.failed;
  expect(failed).toBe(false);
  expect(rows.map(({ tool, at }) => [tool, at])).toEqual([
    ['write', 30],
    ['read', 20],
    ['grep', 10],
  ]);
});

it('says USAGE for an address of another kind, and hides a password', async () => {
  const failure = await loadArchives('.', 'mysql://me:secret@host/db', { lineage }).catch((error) => error);
  expect(failure).toMatchObject({ code: 'USAGE', path: 'mysql://me:***@host/db'.replace(':***', '') });
});
