import { chmodSync, readdirSync, statSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { createSession, openArchive } from '../index.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

it.skipIf(process.platform === 'win32')(
  'reads a large file that was left in WAL mode in place, and leaves nothing anywhere',
  () => {
    const dir = makeTempDir();
    const path = writeFileAt(dir, head - 1, {
      sql: 'CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(2000000)); PRAGMA journal_mode = WAL',
    });
    const before = describeFolder(dir);
    const temp = makeTempDir();
    vi.stubEnv('TMPDIR', temp);
    for (let time = 0; time < 2; time++) {
      using archive = openArchive(path, { lineage });
      expect(archive.plan.copy).toBe('none');
      expect(archive.sqlite.prepare('SELECT length(x) FROM ballast').pluck().get()).toBe(2_000_000);
      expect(archive.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(3);
      expect(readdirSync(temp)).toEqual([]);
      expect(describeFolder(dir)).toEqual(before);
      expect(() => archive.sqlite.exec('DELETE FROM main.decisions')).toThrow();
    }
    vi.unstubAllEnvs();
    expect([describeFolder(dir), statSync(path).nlink]).toEqual([before, 1]);
  },
);

it('gives a sealed session no reader that it did not have', () => {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  chmodSync(session.path, 0o600);
  const path = session.seal(makeTempDir());
  expect((statSync(path).mode & 0o777).toString(8)).toBe('400');
});
