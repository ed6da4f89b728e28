import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { openMemory } from '../file/open-database.ts';
import { upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { countingHistory, history, restlessHistory, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { verifyRows } from './verify-rows.ts';

/** A lineage whose last migration calls `tick`, which gives another answer whenever it is asked again. */
function lineageWithTick(sql: string) {
  let ticks = 0;
  const migration = { name: '0005_tick', sql, createdAtMs: 1_700_000_000_999 };
  const functions = { tick: () => ++ticks };
  return defineLineage({ ...history, migrations: [...history.migrations, migration], functions });
}

it('discards a copy with another number of rows than the lens sees, and names the table', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1, { decisions: 10 });
  const before = describeFolder(dir);
  const lineage = lineageWithTick('DELETE FROM decisions WHERE tick(seq) > 5');
  const error = await rejectionOf(upgradeArchive(path, { lineage, acceptLoss: true }));
  expect(error).toMatchObject({ code: 'UPGRADE_MISMATCH', details: { table: 'decisions' } });
  expect(describeFolder(dir)).toEqual(before);
});

it('discards a copy with another value than the lens sees, when every cell is verified', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1, { decisions: 10 });
  const before = describeFolder(dir);
  const lineage = lineageWithTick('UPDATE decisions SET decided_at_ms = tick(seq)');
  const error = await rejectionOf(upgradeArchive(path, { lineage, verify: 'full' }));
  expect(error).toMatchObject({
    code: 'UPGRADE_MISMATCH',
    details: { table: 'decisions', column: 'decided_at_ms' },
  });
  expect(describeFolder(dir)).toEqual(before);
  expect(await upgradeArchive(path, { lineage, verify: 'counts' })).toMatchObject({ changed: true });
});

const large = 'UPDATE decisions SET summary = hex(zeroblob(1700)) || seq';

it.each([
  ['small', 'patched', history, 10, ''],
  ['large', 'patched', history, 3000, large],
  ['small', 'fused', restlessHistory, 10, ''],
  ['large', 'fused', restlessHistory, 3000, large],
  ['small WAL', 'fused', restlessHistory, 10, 'PRAGMA journal_mode = WAL'],
  ['large WAL', 'fused', restlessHistory, 3000, `${large}; PRAGMA journal_mode = WAL`],
  ['small', 'replayed', countingHistory, 10, ''],
  ['large', 'replayed', countingHistory, 3000, large],
])('passes what is right, cell for cell: a %s file, %s', async (_size, how, lineage, decisions, sql) => {
  const path = writeFileAt(makeTempDir(), 1, { decisions, sql });
  const to = lineage.migrations.length;
  expect(await upgradeArchive(path, { lineage, verify: 'full' })).toMatchObject({ to, how });
});

it.each([
  ['an integer made real', 'UPDATE t SET v = 1.0 WHERE v = 1', 'v'],
  ['NULL made empty', "UPDATE t SET v = '' WHERE v IS NULL", 'v'],
  ['text made a blob', "UPDATE t SET v = CAST(v AS BLOB) WHERE v = 'a'", 'v'],
  ['text of other bytes', "UPDATE t SET v = CAST(x'fe' AS TEXT) WHERE v = CAST(x'ff' AS TEXT)", 'v'],
  ['a large integer off by one', 'UPDATE t SET v = v + 1 WHERE v > 9007199254740000', 'v'],
  ['another key', 'UPDATE t SET k = 100 WHERE k = 1', 'k'],
])('sees %s', (_title, damage, column) => {
  const lineage = defineLineage({
    name: 'cells',
    tables: {},
    migrations: [{ name: '0000', sql: 'CREATE TABLE t (k integer PRIMARY KEY, v)', createdAtMs: 1 }],
  });
  const rows = `CREATE TABLE t (k integer PRIMARY KEY, v);
    INSERT INTO t (v) VALUES (1), (NULL), ('a'), (CAST(x'ff' AS TEXT)), (9007199254740993), (1);`;
  const verify = (sqlite: ReturnType<typeof openMemory>) => {
    const original = openMemory(rows);
    const source = {
      sqlite: original,
      copy: 'memory',
      detach: () => {},
      close: () => original.close(),
    } as const;
    const state = { kind: 'live', holder: { pid: 0, sinceMs: 0 } } as const;
    verifyRows(sqlite, () => source, { lineage, path: 'x.db', state, verify: 'full', version: 1 });
  };
  expect(() => verify(openMemory(rows))).not.toThrow();
  expect(() => verify(openMemory(rows + damage))).toThrow(
    expect.objectContaining({ code: 'UPGRADE_MISMATCH', details: { table: 't', column } }),
  );
});
