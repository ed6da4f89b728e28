import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { decisions, sessions } from '@varve/schema';
import { afterEach, expect, it, vi } from 'vitest';
import { createSession, openArchive, openSession } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { describeFolder } from '../testing/folder.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

afterEach(() => void vi.unstubAllEnvs());

const ballast =
  'CREATE TABLE ballast (x); INSERT INTO ballast VALUES (zeroblob(2000000)); PRAGMA journal_mode = WAL';

function listNames(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => basename(name));
}

it.skipIf(process.platform === 'win32')(
  'reads a large file that was left in WAL mode in place, and leaves nothing anywhere',
  async () => {
    const dir = makeTempDir();
    const path = writeFileAt(dir, head - 1, {
      sql: ballast,
    });
    const before = describeFolder(dir);
    const temp = makeTempDir();
    vi.stubEnv('TMPDIR', temp);
    for (let time = 0; time < 2; time++) {
      using archive = openArchive(path, { lineage });
      expect(archive.plan.copy).toBe('none');
      expect(archive.sqlite.prepare('SELECT length(x) FROM ballast').pluck().get()).toBe(2_000_000);
      expect(archive.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(3);
      expect(listNames(temp)).not.toContain('link.db');
      expect(describeFolder(dir)).toEqual(before);
      expect(() => archive.sqlite.exec('DELETE FROM main.decisions')).toThrow();
    }
    await vi.waitFor(() => expect(readdirSync(temp)).toEqual([]));
    expect([describeFolder(dir), statSync(path).nlink]).toEqual([before, 1]);
  },
);

it.skipIf(process.platform === 'win32')('goes on where somebody has emptied the temporary folder', () => {
  const path = writeFileAt(makeTempDir(), head, { sql: ballast });
  vi.stubEnv('TMPDIR', makeTempDir());
  for (let time = 0; time < 2; time++) {
    using archive = openArchive(path, { lineage });
    expect([archive.plan.copy, archive.db.select().from(sessions).all()]).toEqual([
      'none',
      [expect.anything()],
    ]);
    rmSync(tmpdir(), { recursive: true });
    mkdirSync(tmpdir());
  }
});

it.skipIf(process.platform === 'win32')(
  'lets a writer of the same process begin once it is closed, and says so before',
  () => {
    const path = writeFileAt(makeTempDir(), head, { sql: ballast });
    const archive = openArchive(path, { lineage });
    expect(archive.plan.copy).toBe('none');
    expect(errorOf(() => openSession(path, { lineage }))).toMatchObject({ code: 'FILE_BUSY', path });
    expect(archive.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(3);
    archive.close();
    archive.close();
    using session = openSession(path, { lineage });
    session.record(decisions, { summary: 'go on' });
    expect(session.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(4);
  },
);

it.skipIf(process.platform === 'win32')('lets SQLite make nothing where it opens such a file', () => {
  const path = writeFileAt(makeTempDir(), head, { sql: ballast });
  const temp = makeTempDir();
  vi.stubEnv('TMPDIR', temp);
  using archive = openArchive(path, { lineage });
  expect(archive.plan.copy).toBe('none');
  const beside = (suffix: string) => statSync(join(temp, readdirSync(temp)[0] ?? '', `link.db${suffix}`));
  expect([beside('-wal').size, beside('-shm').isDirectory() || beside('-shm').size]).toEqual([
    0,
    process.geteuid?.() === 0 || 1,
  ]);
});

it('gives a sealed session no reader that it did not have', () => {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  chmodSync(session.path, 0o600);
  const path = session.seal(makeTempDir());
  expect((statSync(path).mode & 0o777).toString(8)).toBe('400');
});
