import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createSession, openArchive, recoverSessions, upgradeArchive } from './index.ts';
import { errorOf, rejectionOf } from './testing/error-of.ts';
import { head, history as lineage, writeFileAt } from './testing/history.ts';
import { makeTempDir } from './testing/temp-dir.ts';

const { decisions } = lineage.tables;

/** A small disk of its own; undefined where it takes more rights than the test has. */
function mountDisk(): string | undefined {
  const dir = makeTempDir();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', [dir]);
  });
  return dir;
}

/** Leaves room for so many bytes. */
function fillDisk(dir: string, roomBytes: number): void {
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(join(dir, 'filler'), Buffer.alloc(bavail * bsize - roomBytes));
}

it.each([0, 20_000])(
  'an upgrade on a disk with %d bytes of room leaves the archive, and goes on when there is room',
  async (room) => {
    const dir = mountDisk();
    if (!dir) return expect(process.getuid?.()).not.toBe(0);
    const path = writeFileAt(dir, 1, { decisions: 1000 });
    const before = readFileSync(path);
    fillDisk(dir, room);
    const error = await rejectionOf(upgradeArchive(path, { lineage }));
    expect(error).toMatchObject({ code: 'DISK_FULL', path });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dir).sort()).toEqual(['filler', 'v1.db']);
    rmSync(join(dir, 'filler'));
    expect(await upgradeArchive(path, { lineage })).toMatchObject({ from: 1, to: head });
  },
);

it('a session on a full disk keeps what was recorded, and is sealed when there is room', () => {
  const dir = mountDisk();
  if (!dir) return expect(process.getuid?.()).not.toBe(0);
  const [live, archiveDir] = [join(dir, 'live'), join(dir, 'archives')];
  const session = createSession(live, { lineage, session: { agentName: 'x' } });
  fillDisk(dir, 0);
  let count = 0;
  const error = errorOf(() => {
    for (; ; count++) session.record(decisions, { summary: 'x'.repeat(500) });
  });
  expect(error.code).toBe('DISK_FULL');
  session.close();
  rmSync(join(dir, 'filler'));
  const { sealed, failed } = recoverSessions(live, { lineage, archiveDir });
  expect(failed).toEqual([]);
  using archive = openArchive(sealed[0] ?? '', { lineage });
  expect(archive.db.select().from(decisions).all()).toHaveLength(count);
});
