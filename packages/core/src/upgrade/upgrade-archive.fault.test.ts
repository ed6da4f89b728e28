import { chownSync, copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import { expect, it } from 'vitest';
import { durableFs } from '../file/durable-fs.ts';
import { openDatabase } from '../file/open-database.ts';
import { openArchive, restoreArchive, upgradeArchive } from '../index.ts';
import { type FailureMode, failedOperations, failNthOperation } from '../testing/failing-fs.ts';
import { head, history, restlessHistory, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const { decisions } = history.tables;
const isDeep = process.env.VARVE_DEEP === '1';
const modes: [string, FailureMode][] = [
  ['EIO', 'once'],
  ['EIO', 'from then on'],
  ['ENOSPC', 'from then on'],
  ['EACCES', 'once'],
  ['EROFS', 'from then on'],
];

/** Fails the first operation of some work, then the second in a new attempt, until there is none to fail. */
async function failEach(
  [code, mode]: [string, FailureMode],
  attempt: (fail: (work: () => Promise<unknown>) => Promise<unknown>) => Promise<void>,
): Promise<number> {
  for (let n = 1; ; n++) {
    let hasFailed = false;
    await attempt(async (work) => {
      const faults = failNthOperation(n, code, mode);
      const outcome = await work().catch((error: unknown) => error);
      faults.restore();
      hasFailed = faults.hasFailed();
      if (hasFailed && mode === 'from then on') expect(outcome).toBeInstanceOf(VarveError);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(VarveError);
      return outcome;
    });
    if (!hasFailed) return n;
  }
}

function readFile(path: string, lineage = history) {
  using archive = openArchive(path, { lineage });
  return { version: archive.version, rows: archive.db.select().from(decisions).all().length };
}

async function upgradeUnderFaults(
  original: string,
  rows: number,
  mode: [string, FailureMode],
  lineage = history,
) {
  const head = lineage.migrations.length;
  return failEach(mode, async (fail) => {
    const [dir, backupDir] = [makeTempDir(), join(makeTempDir(), 'backups')];
    const path = join(dir, 'v1.db');
    copyFileSync(original, path);
    const owner = process.getuid?.() === 0 ? 65_534 : statSync(path).uid;
    chownSync(path, owner, statSync(path).gid);
    const hasWal = copyIfThere(`${original}-wal`, `${path}-wal`);
    const before = readFileSync(path);
    await fail(() => upgradeArchive(path, { lineage, backupDir }));
    const { version, rows: left } = readFile(path, lineage);
    expect(left).toBe(rows);
    // With a WAL, what lay in it may lie in the file by now.
    if (version !== head && !hasWal) expect(readFileSync(path).equals(before)).toBe(true);
    expect(await upgradeArchive(path, { lineage, backupDir })).toMatchObject({ to: head });
    expect([readFile(path, lineage), statSync(path).uid]).toEqual([{ version: head, rows }, owner]);
    expect(readdirSync(dir)).toEqual(['v1.db']);
  });
}

function copyIfThere(from: string, to: string): boolean {
  const isThere = existsSync(from);
  if (isThere) copyFileSync(from, to);
  return isThere;
}

it.each(modes)(
  'an upgrade leaves the old file or the new one whichever operation fails with %s, %s',
  async (...mode) => {
    const path = writeFileAt(makeTempDir(), 1, { decisions: 20 });
    expect(await upgradeUnderFaults(path, 20, mode)).toBeGreaterThan(10);
  },
);

it.each(modes.slice(0, isDeep ? 5 : 1))(
  'so it does when its header asks for a WAL, with %s, %s',
  async (...mode) => {
    const path = writeFileAt(makeTempDir(), 1, { decisions: 20, sql: 'PRAGMA journal_mode = WAL' });
    expect(await upgradeUnderFaults(path, 20, mode)).toBeGreaterThan(10);
  },
);

it.each(modes.slice(0, isDeep ? 5 : 1))(
  'so it does when it is changed as a file, and its header asks for a WAL, with %s, %s',
  async (...mode) => {
    const sql = 'UPDATE decisions SET summary = hex(zeroblob(30000)) || seq; PRAGMA journal_mode = WAL';
    const path = writeFileAt(makeTempDir(), 1, { decisions: 20, sql });
    expect(await upgradeUnderFaults(path, 20, mode)).toBeGreaterThan(10);
  },
);

it.each(modes.slice(0, isDeep ? 5 : 1))(
  'so it does when the file is built anew, with %s, %s',
  async (...mode) => {
    const path = writeFileAt(makeTempDir(), 1, { decisions: 20 });
    expect(await upgradeUnderFaults(path, 20, mode, restlessHistory)).toBeGreaterThan(10);
  },
);

it.each(modes.slice(0, isDeep ? 2 : 1))('so it does when rows lie in a WAL, with %s, %s', async (...mode) => {
  const path = writeFileAt(makeTempDir(), 1, { decisions: 20 });
  const sqlite = openDatabase(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec(
    `INSERT INTO decisions (seq, session_id, summary, decided_at_ms) VALUES (21, 's1', 'in the WAL', 1)`,
  );
  const abandoned = join(makeTempDir(), 'v1.db');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, abandoned + suffix);
  sqlite.close();
  expect(await upgradeUnderFaults(abandoned, 21, mode)).toBeGreaterThan(10);
});

it.runIf(isDeep).each(modes)(
  'so it does when the file is too large for memory, with %s, %s',
  async (...mode) => {
    const sql = 'UPDATE decisions SET summary = hex(zeroblob(450000)) || seq';
    const path = writeFileAt(makeTempDir(), 1, { decisions: 10, sql });
    expect(await upgradeUnderFaults(path, 10, mode)).toBeGreaterThan(10);
  },
);

it.each(modes)(
  'a restore leaves the upgraded file or the backup whichever operation fails with %s, %s',
  async (...mode) => {
    const backup = writeFileAt(makeTempDir(), 1, { decisions: 20 });
    const upgraded = join(makeTempDir(), 'v1.db');
    copyFileSync(backup, upgraded);
    await upgradeArchive(upgraded, { lineage: history });
    const count = await failEach(mode, async (fail) => {
      const dir = makeTempDir();
      const path = join(dir, 'v1.db');
      copyFileSync(upgraded, path);
      await fail(() => restoreArchive(backup, path, { lineage: history }));
      expect([1, head]).toContain(readFile(path).version);
      await restoreArchive(backup, path, { lineage: history });
      expect(readFileSync(path).equals(readFileSync(backup))).toBe(true);
      expect(readdirSync(dir)).toEqual(['v1.db']);
    });
    expect(count).toBeGreaterThan(5);
  },
);

it('every operation was among those that failed', () => {
  // A new session is all that `write` writes and `rename` names, and sessions alone hold files open. Only root can give a file away.
  const ofOthers = ['write', 'rename', 'stageHeld', 'hold', 'overwriteHeld', 'syncHeld', 'syncHeldAside'];
  const isUnreachable = (name: string) =>
    ofOthers.includes(name) || (name === 'chown' && process.getuid?.() !== 0);
  const names = Object.keys(durableFs).filter((name) => !isUnreachable(name));
  expect([...failedOperations]).toEqual(expect.arrayContaining(names));
});
