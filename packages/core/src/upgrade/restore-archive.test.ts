import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createSession, openArchive, restoreArchive, upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { history as lineage, writeFileAt } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

async function upgradeWithBackup() {
  const [dir, backupDir] = [makeTempDir(), makeTempDir()];
  const path = writeFileAt(dir, 1);
  const original = readFileSync(path);
  const { backup = '' } = await upgradeArchive(path, { lineage, backupDir });
  return { dir, backupDir, path, backup, original };
}

it('puts the original back, byte for byte, and keeps the backup', async () => {
  const { dir, backupDir, path, backup, original } = await upgradeWithBackup();
  const { mtimeMs } = statSync(path);
  expect(await restoreArchive(backup, path, { lineage })).toBe(true);
  expect(readFileSync(path).equals(original)).toBe(true);
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
  expect(await restoreArchive(backup, path, { lineage })).toBe(false);
  expect([readdirSync(dir), readdirSync(backupDir)]).toEqual([['v1.db'], ['v1.db']]);
  rmSync(path);
  expect(await restoreArchive(backup, path, { lineage })).toBe(true);
  expect(readFileSync(path).equals(original)).toBe(true);
});

it.each([
  ['a row more', `INSERT INTO marks VALUES (1, 'new')`],
  ['another value', `UPDATE sessions SET agent_name = 'changed'`],
])('leaves an archive alone that has %s since, unless told to overwrite it', async (_title, sql) => {
  const { dir, path, backup, original } = await upgradeWithBackup();
  const sqlite = new Database(path);
  sqlite.exec(sql);
  sqlite.close();
  const before = describeFolder(dir);
  const error = await rejectionOf(restoreArchive(backup, path, { lineage }));
  expect(error).toMatchObject({ code: 'RESTORE_REFUSED', path, details: { backup } });
  expect(describeFolder(dir)).toEqual(before);
  expect(await restoreArchive(backup, path, { lineage, overwrite: true })).toBe(true);
  expect(readFileSync(path).equals(original)).toBe(true);
});

it('compares with a replay of the backup where no lens can be had', async () => {
  const scripts = ['CREATE TABLE t (v, w)', 'UPDATE t SET w = last_insert_rowid()'];
  const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const replayed = defineLineage({ name: 'replayed', tables: {}, migrations });
  const path = join(makeTempDir(), 'a.db');
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(replayed, 1));
  sqlite.exec('INSERT INTO t VALUES (1, 2)');
  sqlite.close();
  const original = readFileSync(path);
  const { backup = '' } = await upgradeArchive(path, { lineage: replayed, backupDir: makeTempDir() });
  const upgraded = new Database(path);
  upgraded.exec('INSERT INTO t VALUES (3, 4)');
  upgraded.close();
  const restore = () => restoreArchive(backup, path, { lineage: replayed });
  expect(await rejectionOf(restore())).toMatchObject({ code: 'RESTORE_REFUSED', path });
  const again = new Database(path);
  again.exec('DELETE FROM t WHERE v = 3');
  again.close();
  expect(await restore()).toBe(true);
  expect(readFileSync(path).equals(original)).toBe(true);
});

it('puts no damaged backup in the place of a good archive', async () => {
  const { dir, path, backup, original } = await upgradeWithBackup();
  writeFileSync(backup, Buffer.from(original).fill(0xff, 4096, 8192));
  const before = describeFolder(dir);
  const error = await rejectionOf(restoreArchive(backup, path, { lineage, overwrite: true }));
  expect(error.code).toBe('FILE_CORRUPT');
  expect(describeFolder(dir)).toEqual(before);
});

it('puts back what lay in a WAL beside the original', async () => {
  const [dir, backupDir] = [makeTempDir(), makeTempDir()];
  const session = createSession(dir, { lineage, session: { agentName: 'x' } });
  session.close();
  const writer = startProgram('hold-session.ts', session.path, 'record');
  let seq = await writer.nextLine();
  for (let line = 0; line < 5; line++) seq = await writer.nextLine();
  await writer.kill();
  const { backup = '' } = await upgradeArchive(session.path, { lineage, backupDir });
  expect(readdirSync(backupDir)).toHaveLength(1);
  rmSync(session.path);
  await restoreArchive(backup, session.path, { lineage });
  using archive = openArchive(session.path, { lineage });
  expect(archive.db.select().from(lineage.tables.decisions).all().length).toBeGreaterThanOrEqual(Number(seq));
  expect(readdirSync(dir)).toEqual([join(session.path).split('/').at(-1)]);
});
