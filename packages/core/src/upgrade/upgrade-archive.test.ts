import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { defineLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { workFile } from '../file/index.ts';
import { createSession, openArchive, upgradeArchive } from '../index.ts';
import { rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { startProgram } from '../testing/run-program.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions, sessions } = lineage.tables;

function countDecisions(path: string): number {
  using archive = openArchive(path, { lineage });
  return archive.db.select().from(decisions).all().length;
}

function hintOf(path: string): unknown {
  const sqlite = new Database(path, { readonly: true });
  const hint = sqlite.pragma('user_version', { simple: true });
  sqlite.close();
  return hint;
}

it('brings a file to head, alone in its folder, with its mode and its time', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  chmodSync(path, 0o440);
  utimesSync(path, 1000, 2000);
  const result = await upgradeArchive(path, { lineage });
  expect(result).toMatchObject({ path, from: 1, to: head, changed: true, sizeBytes: statSync(path).size });
  expect(result.durationMs).toBeGreaterThan(0);
  expect(readdirSync(dir)).toEqual(['v1.db']);
  expect(statSync(path).mode & 0o777).toBe(0o440);
  expect(statSync(path).mtimeMs).toBe(2_000_000);
  using archive = openArchive(path, { lineage });
  expect(archive).toMatchObject({ version: head, plan: { strategy: 'identity', copy: 'none' } });
  expect(archive.db.select().from(sessions).get()?.agentName).toBe('old agent');
  expect(countDecisions(path)).toBe(3);
});

it('writes nothing when there is nothing to do', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, head);
  const before = [describeFolder(dir), statSync(dir).mtimeMs];
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ from: head, to: head, changed: false });
  expect([describeFolder(dir), statSync(dir).mtimeMs]).toEqual(before);
});

it('writes a file at head anew whose header names an older version, for a census believes that, and only once', async () => {
  const [before, now] = [head - 1, head].map((version) => hintOf(writeFileAt(makeTempDir(), version)));
  const path = writeFileAt(makeTempDir(), head, { sql: `PRAGMA user_version = ${before}` });
  const rows = countDecisions(path);
  const stale = await upgradeArchive(path, { lineage });
  expect(stale).toMatchObject({ from: head, to: head, changed: true, how: 'patched' });
  expect(hintOf(path)).toBe(now);
  expect(countDecisions(path)).toBe(rows);
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ changed: false, how: 'none' });
});

it('takes in what was left in a WAL, and seals', async () => {
  const dir = makeTempDir();
  const session = createSession(dir, { lineage, session: { agentName: 'x' } });
  session.close();
  const writer = startProgram('hold-session.ts', session.path, 'record');
  let seq = await writer.nextLine();
  for (let line = 0; line < 5; line++) seq = await writer.nextLine();
  await writer.kill();
  const result = await upgradeArchive(session.path, { lineage });
  expect(result).toMatchObject({ from: head, to: head, changed: true });
  expect(readdirSync(dir)).toHaveLength(1);
  expect(countDecisions(session.path)).toBeGreaterThanOrEqual(Number(seq));
  using archive = openArchive(session.path, { lineage });
  expect(archive.plan.copy).toBe('none');
});

it('leaves a live session alone', async () => {
  const dir = makeTempDir();
  using session = createSession(dir, { lineage, session: { agentName: 'x' } });
  session.record(decisions, { summary: 'a' });
  const error = await rejectionOf(upgradeArchive(session.path, { lineage }));
  expect(error).toMatchObject({ code: 'SESSION_LIVE', details: { pid: process.pid } });
  expect(session.record(decisions, { summary: 'b' })).toBe(2);
});

it('leaves a file alone that another program has open in WAL mode', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  const other = new Database(path);
  other.pragma('journal_mode = WAL');
  other.exec(`UPDATE sessions SET agent = 'changed'`);
  expect(await rejectionOf(upgradeArchive(path, { lineage }))).toMatchObject({ code: 'FILE_BUSY' });
  expect(readdirSync(dir).sort()).toEqual(['v1.db', 'v1.db-shm', 'v1.db-wal']);
  other.exec(`UPDATE sessions SET agent = 'changed again'`);
  other.close();
  using archive = openArchive(path, { lineage });
  expect(archive).toMatchObject({ version: 1 });
  expect(archive.db.select().from(sessions).get()?.agentName).toBe('changed again');
});

it('lets one of two upgrades at once do the work', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1, { decisions: 500 });
  const results = await Promise.allSettled([
    upgradeArchive(path, { lineage }),
    upgradeArchive(path, { lineage }),
  ]);
  const codes = results.map((it) => (it.status === 'fulfilled' ? it.value.changed : it.reason.code));
  expect(codes).toEqual([true, 'SESSION_LIVE']);
  expect(countDecisions(path)).toBe(500);
  expect(readdirSync(dir)).toEqual(['v1.db']);
});

it('discards the upgrade when the original changes meanwhile', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  const upgrade = upgradeArchive(path, { lineage });
  const other = new Database(path);
  other.exec(`UPDATE sessions SET agent = 'changed'`);
  other.close();
  expect(await rejectionOf(upgrade)).toMatchObject({ code: 'FILE_CHANGED' });
  expect(readdirSync(dir)).toEqual(['v1.db']);
  using archive = openArchive(path, { lineage });
  expect(archive.db.select().from(sessions).get()?.agentName).toBe('changed');
});

it('does not see rows that a reader of the old file still reads', async () => {
  const path = writeFileAt(makeTempDir(), 1);
  using before = openArchive(path, { lineage });
  await upgradeArchive(path, { lineage });
  expect(before.db.select().from(decisions).all()).toHaveLength(3);
  expect(before.version).toBe(1);
});

it('removes what a killed upgrade left, and follows a link', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  for (const suffix of ['', '-journal', '-wal']) writeFileSync(workFile(path, 'upgrading') + suffix, 'half');
  writeFileSync(`${path}-lock`, '');
  await upgradeArchive(path, { lineage });
  expect(readdirSync(dir)).toEqual(['v1.db']);
});

it('keeps a copy of the original when asked, and never over another file', async () => {
  const dir = makeTempDir();
  const [path, backupDir] = [writeFileAt(dir, 1), join(dir, 'backups')];
  const original = readFileSync(path);
  const { backup } = await upgradeArchive(path, { lineage, backupDir });
  expect(backup).toBe(join(backupDir, 'v1.db'));
  expect(readFileSync(backup ?? '').equals(original)).toBe(true);

  const other = writeFileAt(makeTempDir(), 1, { decisions: 4, name: 'v1.db' });
  const before = readFileSync(other);
  expect(await rejectionOf(upgradeArchive(other, { lineage, backupDir }))).toMatchObject({
    code: 'ARCHIVE_EXISTS',
  });
  expect(readFileSync(other).equals(before)).toBe(true);
  expect(readFileSync(backup ?? '').equals(original)).toBe(true);
  expect(readdirSync(backupDir)).toEqual(['v1.db']);
});

it('takes a backup that is there already, byte for byte, for its own', async () => {
  const dir = makeTempDir();
  const [path, backupDir] = [writeFileAt(dir, 1), join(dir, 'backups')];
  mkdirSync(backupDir);
  writeFileSync(join(backupDir, 'v1.db'), readFileSync(path));
  expect(await upgradeArchive(path, { lineage, backupDir })).toMatchObject({ changed: true });
});

it('makes no backup of a file whose upgrade fails', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1);
  const sql = 'ALTER TABLE decisions ADD COLUMN owner text NOT NULL';
  const failing = defineLineage({
    ...lineage,
    migrations: [...lineage.migrations, { name: '0005', sql, createdAtMs: 1_700_000_000_999 }],
  });
  const backupDir = join(dir, 'backups');
  expect((await rejectionOf(upgradeArchive(path, { lineage: failing, backupDir }))).code).toBe(
    'MIGRATION_FAILED',
  );
  expect(existsSync(backupDir)).toBe(false);
});

it('does not pass off a damaged file as upgraded', async () => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, 1, { decisions: 2000 });
  const bytes = readFileSync(path);
  bytes.fill(0xff, bytes.length - 8192, bytes.length - 4096);
  writeFileSync(path, bytes);
  const before = describeFolder(dir);
  expect(await rejectionOf(upgradeArchive(path, { lineage }))).toMatchObject({ code: 'FILE_CORRUPT' });
  expect(describeFolder(dir)).toEqual(before);
});

it('does not mind an index that Drizzle lost on the way', async () => {
  const path = writeFileAt(makeTempDir(), 1, { sql: 'DROP INDEX tool_calls_tool_name_idx' });
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ changed: true });
});
