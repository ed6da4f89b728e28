import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  openArchive,
  openSession,
  readSession,
  recoverSessions,
  rehearseUpgrade,
  restoreArchive,
  upgradeArchive,
} from '../index.ts';
import { errorOf, rejectionOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const kinds: Record<string, (path: string) => void> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a device behind a link': (path) => symlinkSync('/dev/zero', path),
};

describe.skipIf(process.platform === 'win32').each(Object.entries(kinds))('%s', (_, make) => {
  it.each(['-wal', '-journal', '-shm', '-lock'])(
    'under the name of %s is refused by all that opens the file',
    async (suffix) => {
      const dir = makeTempDir();
      const path = writeFileAt(dir, head - 1);
      make(path + suffix);
      const before = describeFolder(dir);
      const refusals = [
        errorOf(() => openArchive(path, { lineage })),
        errorOf(() => openSession(path, { lineage, busyTimeoutMs: 50 })),
        errorOf(() => readSession(path, { lineage })),
        errorOf(() => rehearseUpgrade(path, { lineage })),
        await rejectionOf(upgradeArchive(path, { lineage, acceptLoss: true })),
        await rejectionOf(restoreArchive(writeFileAt(makeTempDir(), 1), path, { lineage })),
        recoverSessions(dir, { lineage, archiveDir: makeTempDir() }).failed[0]?.error,
      ];
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'FILE_UNREADABLE' });
      expect(describeFolder(dir)).toEqual(before);
    },
  );
});

it('waits no longer for a lock from the future than for any other', () => {
  const path = writeFileAt(makeTempDir(), head);
  const session = openSession(path, { lineage });
  session.close();
  writeFileSync(`${path}-lock`, 'half a lock');
  const future = new Date(Date.now() + 86_400_000);
  utimesSync(`${path}-lock`, future, future);
  openSession(path, { lineage, busyTimeoutMs: 50 }).close();
});
