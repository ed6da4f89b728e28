import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt } from '@varve/migrations';
import { expect, it } from 'vitest';
import { makeFolder, uuidOf, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { hasClickHouse, type StartedClickHouse, startClickHouse } from '../testing/start-clickhouse.ts';
import { hasZooKeeper, startZooKeeper } from '../testing/start-zookeeper.ts';
import { ClickHouseDdl } from './clickhouse-ddl.ts';
import { loadArchives, openWarehouse } from './open-warehouse.ts';
import { warehouseTables } from './warehouse-tables.ts';

it.skipIf(!hasClickHouse)(
  'spreads archives over three servers, and goes on where one of them was away',
  async () => {
    await using first = await startClickHouse();
    await using second = await startClickHouse();
    await using third = await startClickHouse();
    const servers = [first, second, third];
    for (const server of servers) {
      await server.join(servers);
      await fetch(`http://${server.host}:${server.tcpPort - 1}/`, {
        method: 'POST',
        body: 'CREATE DATABASE fleet',
      });
    }
    const nodes = servers.map(({ host, tcpPort }) => `${host}:${tcpPort - 1}`).join(',');
    const url =
      `${first.url.replace('default', 'fleet')}?cluster=three&nodes=${nodes}` as `clickhouse://${string}`;
    const dir = makeFolder();
    const paths = Array.from({ length: 230 }, (_, at) =>
      writeArchive(join(dir, `${at}.db`), 1 + (at % head), uuidOf(at)),
    );
    await using warehouse = await openWarehouse(url, { lineage });
    const count = async (sql: string) => (await warehouse.query(sql)).flat().map(Number);
    let loaded = 0;
    let killed: Promise<void> | undefined;
    const onFile = () => {
      loaded += 1;
      killed ??= third.kill();
    };
    const failure = await loadArchives(dir, url, { lineage, onFile }).catch((error) => error);
    expect(failure).toMatchObject({ code: expect.stringMatching(/^WAREHOUSE_/) });
    expect(loaded).toBeGreaterThan(0);
    expect(loaded).toBeLessThan(230);
    await killed;
    await third.restart();
    expect(await count('SELECT count() FROM tool_calls')).toEqual([3 * loaded]);
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({
      loaded: 230 - loaded,
      current: loaded,
      failed: [],
    });
    expect(await count('SELECT count(), uniqExact(_archive, seq) FROM tool_calls')).toEqual([690, 690]);
    const body = 'SELECT uniqExact(_archive) FROM fleet._rows_tool_calls';
    const shares = servers.map(async ({ host, tcpPort }) =>
      Number(await (await fetch(`http://${host}:${tcpPort - 1}/`, { method: 'POST', body })).text()),
    );
    expect(Math.min(...(await Promise.all(shares)))).toBeGreaterThan(40);
    rmSync(paths[0] as string);
    writeArchive(join(dir, 'copy.db'), 1, uuidOf(1));
    expect(await loadArchives(dir, url, { lineage })).toMatchObject({ loaded: 1, removed: 1, failed: [] });
    expect(await count('SELECT count() FROM tool_calls')).toEqual([687]);
  },
);

it.skipIf(!hasClickHouse || !hasZooKeeper)(
  'lets the servers of a cluster with a Keeper pass statements on, those of a new head among them',
  async () => {
    await using keeper = await startZooKeeper();
    await using first = await startClickHouse(keeper);
    await using second = await startClickHouse(keeper);
    for (const server of [first, second]) await server.join([first, second]);
    const ask = async ({ host, tcpPort }: StartedClickHouse, body: string) =>
      (await fetch(`http://${host}:${tcpPort - 1}/`, { method: 'POST', body })).text();
    await ask(first, 'CREATE DATABASE fleet ON CLUSTER three');
    const url = `${first.url.replace('default', 'fleet')}?cluster=three` as `clickhouse://${string}`;
    const dir = makeFolder();
    for (let at = 0; at < 24; at++) writeArchive(join(dir, `${at}.db`), 1, uuidOf(at));
    const before = await loadArchives(dir, url, { lineage: lineageAt(lineage, 3) });
    expect(before).toMatchObject({ loaded: 24, failed: [] });
    rmSync(join(dir, '0.db'));
    expect(await loadArchives(dir, url, { lineage, applyDdl: true })).toMatchObject({
      loaded: 23,
      removed: 1,
      failed: [],
    });
    const sql = 'SELECT count(), sum(ordinal) FROM fleet.tool_calls FORMAT TabSeparated';
    expect(await ask(second, sql)).toBe(`69\t${23 * 60}\n`);
    const shares = await Promise.all(
      [first, second].map((it) => ask(it, 'SELECT uniqExact(_archive) FROM fleet._rows_tool_calls')),
    );
    expect(shares.map(Number).every((share) => share > 0 && share < 24)).toBe(true);
  },
);

it('says ON CLUSTER where the servers pass statements on', () => {
  const ddl = new ClickHouseDdl({ cluster: 'fleet', isPassedOn: true });
  const [table] = warehouseTables(lineage);
  const statements = [
    ...ddl.createLedger(),
    ...ddl.createTable(table as never),
    ...ddl.dropTable('sessions'),
  ];
  expect(statements.filter((it) => !it.includes(' ON CLUSTER `fleet`'))).toEqual([]);
});
