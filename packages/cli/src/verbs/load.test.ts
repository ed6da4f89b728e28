import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('says what an address is not, and that nobody answers at one', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('old.db', 1, 'search');
  const other = await runVarve(dir, 'load', 'archives', '--to', 'mysql://host/db');
  expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('error[USAGE]') });
  const nobody = await runVarve(dir, 'load', 'archives', '--to', 'postgres://127.0.0.1:1/x');
  expect(nobody).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('error[WAREHOUSE_UNREACHABLE]'),
  });
});

it('exports archives straight to Parquet, in shards, and refuses what takes a view', async () => {
  const { dir, addArchive } = makeWorkplace();
  for (const name of ['a', 'b', 'c', 'd']) addArchive(`${name}.db`, 1, 'search');
  for (const shard of ['1/2', '2/2']) {
    const exported = await runVarve(
      dir,
      'export',
      'archives',
      '--into',
      'out',
      '--shard',
      shard,
      '--report',
      'r.jsonl',
    );
    expect(exported).toMatchObject({ exitCode: 0 });
  }
  expect(readdirSync(join(dir, 'out', 'calls')).sort()).toEqual([
    '1-of-2-000000.parquet',
    '2-of-2-000000.parquet',
  ]);
  const refused = await runVarve(dir, 'export', 'archives', '--into', 'out', '--format', 'csv');
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('varve unify') });
});
