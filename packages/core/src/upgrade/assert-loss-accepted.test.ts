import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { history, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const sql = 'ALTER TABLE decisions DROP COLUMN rationale; DROP TABLE marks;';
const losing = defineLineage({
  ...history,
  migrations: [...history.migrations, { name: '0005_lose', sql, createdAtMs: 1_700_000_000_999 }],
});

it('upgrades through a migration that loses something only when told that it may', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  const before = describeFolder(dir);
  const error = await rejectionOf(upgradeArchive(path, { lineage: losing }));
  expect(error.code).toBe('LOSS_NOT_ACCEPTED');
  expect(error.details.losses).toEqual([
    { migration: '0005_lose', kind: 'column dropped', what: 'decisions.rationale' },
    { migration: '0005_lose', kind: 'table dropped', what: 'marks' },
  ]);
  expect(describeFolder(dir)).toEqual(before);
  expect(await upgradeArchive(path, { lineage: losing, acceptLoss: true })).toMatchObject({ changed: true });
});

it('takes a backup for the permission', async () => {
  const dir = makeTempDir();
  const backupDir = join(dir, 'originals');
  const path = writeFileAt(dir, 1);
  const { backup } = await upgradeArchive(path, { lineage: losing, backupDir });
  expect(backup && existsSync(backup)).toBe(true);
});

it('asks nothing of a file that has its losses behind it, nor where nothing is lost', async () => {
  const path = writeFileAt(makeTempDir(), 1);
  await upgradeArchive(path, { lineage: history });
  await upgradeArchive(path, { lineage: losing, acceptLoss: true });
  const next = {
    name: '0006_add',
    sql: 'ALTER TABLE decisions ADD owner text',
    createdAtMs: 1_800_000_000_000,
  };
  const later = defineLineage({ ...losing, migrations: [...losing.migrations, next] });
  expect(await upgradeArchive(path, { lineage: later })).toMatchObject({ from: 6, to: 7 });
});

it('tells in a dry run what an upgrade would do or why it would fail, and writes nothing', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  const before = describeFolder(dir);
  const backupDir = join(dir, 'originals');
  const options = { lineage: losing, dryRun: true };
  expect((await rejectionOf(upgradeArchive(path, options))).code).toBe('LOSS_NOT_ACCEPTED');
  const rehearsed = await upgradeArchive(path, { ...options, backupDir });
  expect(describeFolder(dir)).toEqual(before);
  const { durationMs: _, backup: __, ...real } = await upgradeArchive(path, { lineage: losing, backupDir });
  expect(rehearsed).toMatchObject(real);
});
