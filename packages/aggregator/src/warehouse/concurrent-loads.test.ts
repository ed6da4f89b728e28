import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt } from '@varve/migrations';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { testEngines } from '../testing/test-engines.ts';
import { openClickHouse } from './clickhouse.ts';
import type { LoadBatch, Warehouse } from './contract.ts';
import { loadInto } from './load-archives.ts';
import { loadArchives, openEngine } from './open-warehouse.ts';

const engines = testEngines();
beforeAll(() => engines.start());
afterAll(() => engines.stop());

describe.each(engines.all)('$name', ({ isThere, create, ask }) => {
  const test = it.skipIf(!isThere);

  test('is filled by several loads at once, and nothing is there twice', async () => {
    const [url, dir] = [await create(), makeFolder()];
    for (let at = 0; at < 6; at++) writeArchive(join(dir, `${at}.db`), 1, `s${at}`);
    const first = await loadArchives(dir, url, { lineage, shard: { index: 1, count: 2 } });
    const others = await Promise.all(
      [1, 2].map((index) => loadArchives(dir, url, { lineage, shard: { index, count: 2 } })),
    );
    expect(first.loaded + others.reduce((sum, { loaded }) => sum + loaded, 0)).toBe(6);
    const [[count]] = (await ask(url, 'SELECT count(*) FROM tool_calls')) as [[unknown]];
    expect(Number(count)).toBe(18);
    expect(others.every(({ failed }) => failed.length === 0)).toBe(true);
  });

  test('takes the same archives from loads at the same time, nothing twice and none for failed', async () => {
    const [url, dir] = [await create(), makeFolder()];
    for (let at = 0; at < 30; at++) writeArchive(join(dir, `${at}.db`), 1 + (at % head), uuidOf(at));
    await loadArchives(makeFolder(), url, { lineage });
    const reports = await Promise.all(Array.from({ length: 3 }, () => loadArchives(dir, url, { lineage })));
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    const counts = async () =>
      (await ask(url, `SELECT count(*), count(DISTINCT seq) FROM tool_calls`)).flat().map(Number);
    expect(await counts()).toEqual([90, 3]);
    const states = await ask(url, 'SELECT state, count(*) FROM _archives GROUP BY state');
    expect(states.map(([state, count]) => [state, Number(count)])).toEqual([['unified', 30]]);
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({ loaded: 0, current: 30 });
  });

  test('makes a column text for loads at the same time that need it', async () => {
    const [url, dir] = [await create(), makeFolder()];
    for (let at = 0; at < 12; at++) {
      const sqlite = new Database(writeArchive(join(dir, `${at}.db`), head, uuidOf(at)));
      sqlite.pragma('foreign_keys = OFF');
      sqlite.exec(
        at % 2 ? `UPDATE tool_calls SET ordinal = 'odd ' || seq` : `INSERT INTO tags VALUES ('x', 'odd')`,
      );
      sqlite.close();
    }
    await loadArchives(makeFolder(), url, { lineage });
    const shards = [1, 2, 3].map((index) => loadArchives(dir, url, { lineage, shard: { index, count: 3 } }));
    expect((await Promise.all(shards)).flatMap(({ failed }) => failed)).toEqual([]);
    const sql = `SELECT count(*) FROM tool_calls WHERE ordinal LIKE 'odd%'`;
    expect((await ask(url, sql)).flat().map(Number)).toEqual([18]);
  });

  test('ends a load of yesterday whose tables another brings to today, and takes no archive for failed', async () => {
    const [url, dir] = [await create(), makeFolder()];
    for (let at = 0; at < 3; at++) writeArchive(join(dir, `${at}.db`), 1, uuidOf(at));
    const yesterday = lineageAt(lineage, 2);
    await using engine = await openEngine(url);
    const migrate = () => loadArchives(makeFolder(), url, { lineage, applyDdl: true });
    const load = loadInto(beforeWrite(engine, migrate), dir, { lineage: yesterday });
    await expect(load).rejects.toMatchObject({ code: 'VERSION_AHEAD' });
    expect((await ask(url, 'SELECT count(*) FROM _archives')).flat().map(Number)).toEqual([0]);
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({ loaded: 3, failed: [] });
  });
});

describe('Postgres alone', () => {
  it.skipIf(!engines.postgres.isThere)(
    'does an archive again that was given up for another, as both waited for each other',
    async () => {
      const [url, dir] = [await engines.postgres.create(), makeFolder()];
      const path = writeArchive(join(dir, 'a.db'), 1, uuidOf(1));
      await loadArchives(dir, url, { lineage });
      utimesSync(path, new Date(), new Date());
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      // The load is the one that is given up: this one never looks for who waits for whom.
      await other.query("SET deadlock_timeout = '10min'");
      await other.query('BEGIN');
      const { rows } = await other.query('UPDATE "_archives" SET "rows" = "rows" RETURNING "id"');
      const load = loadArchives(dir, url, { lineage });
      const waits = `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await expect.poll(() => engines.postgres.ask(url, waits)).toEqual([[1]]);
      await other.query(`SELECT pg_advisory_xact_lock(${rows[0].id})`);
      await other.query('COMMIT');
      await other.end();
      expect(await load).toMatchObject({ loaded: 1, failed: [] });
      const deadlocks = 'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()';
      await expect.poll(() => engines.postgres.ask(url, deadlocks)).toEqual([[1]]);
      expect(await engines.postgres.ask(url, 'SELECT count(*)::int FROM tool_calls')).toEqual([[3]]);
    },
  );
});

describe('ClickHouse alone', () => {
  it.skipIf(!engines.clickhouse.isThere)(
    'lets what a killed load left unseen be taken away by the statement of the page',
    async () => {
      const page = readFileSync(join(import.meta.dirname, '../../../../docs/scale.md'), 'utf8');
      const [, statement = ''] = /`(ALTER TABLE _rows_<table> DELETE [^`]*)`/.exec(page) ?? [];
      const [url, dir] = [await engines.clickhouse.create(), makeFolder()];
      writeArchive(join(dir, 'a.db'), 1, uuidOf(1));
      await loadArchives(dir, url, { lineage });
      await using engine = await openClickHouse(url);
      const count = async (table: string) =>
        Number((await engine.query(`SELECT count(*) FROM ${table}`))[0]?.[0]);
      await runThere(
        url,
        'INSERT INTO _rows_tool_calls (_archive, _load, seq) SELECT _archive + 1, _load, seq FROM _rows_tool_calls',
      );
      expect([await count('_rows_tool_calls'), await count('tool_calls')]).toEqual([6, 3]);
      await runThere(url, statement.replace('<table>', 'tool_calls'));
      await expect.poll(() => count('_rows_tool_calls')).toBe(3);
      expect(await count('tool_calls')).toBe(3);
    },
  );
});

/** As a person at a client would. */
async function runThere(url: string, sql: string): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const answer = await fetch(`http://${hostname}:${port}/?database=${pathname.slice(1)}`, {
    method: 'POST',
    body: sql,
  });
  expect(answer.status, await answer.text()).toBe(200);
}

/** The same engine, where something is done before its first write. */
function beforeWrite(engine: Warehouse, work: () => Promise<unknown>): Warehouse {
  let done: Promise<unknown> | undefined;
  return new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'write') return value.bind(target);
      return async (batch: LoadBatch) => {
        done ??= work();
        await done;
        return target.write(batch);
      };
    },
  });
}
