import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { describeFolder } from '../testing/folder.ts';
import { notes as lineage } from '../testing/notes.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { ArchiveAttacher } from './archive-attacher.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function writeNotes(path: string, version: number, more = ''): string {
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, version));
  sqlite.exec(`INSERT INTO notes (body) VALUES ('${version}'); ${more}`);
  sqlite.close();
  return path;
}

function openAttacher() {
  const sqlite = new Database('', { fileMustExist: true });
  onTestFinished(() => {
    sqlite.close();
  });
  const attacher = new ArchiveAttacher(sqlite, lineage);
  const read = (schema: string) => sqlite.prepare(`SELECT body FROM "${schema}".notes`).pluck().all();
  return { attacher, read };
}

it('attaches sealed files as they lie, and knows the version of each', () => {
  const dir = makeTempDir();
  const paths = [1, 2, 1, 2].map((version, at) => writeNotes(join(dir, `${at}.db`), version));
  const before = paths.map((path) => readFileSync(path));
  const { attacher, read } = openAttacher();
  const attached = paths.map((path, at) => attacher.attach(path, { schema: `a${at}`, at: 'own version' }));
  expect(attached.map(({ version }) => version)).toEqual([1, 2, 1, 2]);
  expect(paths.map((_, at) => read(`a${at}`))).toEqual([['1'], ['2'], ['1'], ['2']]);
  for (const archive of attached) archive.detach();
  expect(paths.map((path) => readFileSync(path))).toEqual(before);
});

it.each([
  ['SCHEMA_MISMATCH', 'ALTER TABLE notes ADD COLUMN other'],
  ['SCHEMA_MISMATCH', 'DROP TABLE notes; CREATE TABLE notes (body)'],
  ['VERSION_UNSTAMPED', 'DROP TABLE __drizzle_migrations'],
  ['VERSION_FOREIGN', `UPDATE __drizzle_migrations SET hash = 'another', created_at = 7`],
  ['MIGRATION_EDITED', `UPDATE __drizzle_migrations SET hash = 'another' WHERE rowid = 2`],
  ['VERSION_AHEAD', `INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('next', 3)`],
])('says %s of a file that is another one than those before it: %s', (code, change) => {
  const dir = makeTempDir();
  const { attacher, read } = openAttacher();
  attacher.attach(writeNotes(join(dir, 'good.db'), 2), { schema: 'good', at: 'own version' });
  const bad = writeNotes(join(dir, 'bad.db'), 2, change);
  const attach = () => attacher.attach(bad, { schema: 'bad', at: 'own version' });
  expect(attach).toThrow(expect.objectContaining({ code, path: bad }));
  // The name is free again.
  const next = attacher.attach(writeNotes(join(dir, 'next.db'), 1), { schema: 'bad', at: 'own version' });
  expect([next.version, read('bad')]).toEqual([1, ['1']]);
});

it('tells the version by the stamps where a driver stored no hashes', () => {
  const dir = makeTempDir();
  const { attacher } = openAttacher();
  const versions = [2, 1, 2].map((version) => {
    const path = writeNotes(join(dir, `${version}.db`), version, `UPDATE __drizzle_migrations SET hash = ''`);
    const archive = attacher.attach(path, { schema: 'a', at: 'own version' });
    archive.detach();
    writeFileSync(path, '');
    return archive.version;
  });
  expect(versions).toEqual([2, 1, 2]);
});

const asWal = 'PRAGMA journal_mode = WAL';

it.skipIf(process.platform === 'win32')(
  'attaches files that were left in WAL mode as they lie, knows the version of each, and leaves nothing anywhere',
  async () => {
    const [dir, temp] = [makeTempDir(), makeTempDir()];
    vi.stubEnv('TMPDIR', temp);
    const paths = [1, 2, 1].map((version, at) => writeNotes(join(dir, `${at}.db`), version, asWal));
    const before = describeFolder(dir);
    const { attacher, read } = openAttacher();
    const attached = paths.map((path, at) => attacher.attach(path, { schema: `a${at}`, at: 'own version' }));
    expect(readdirSync(temp, { recursive: true, encoding: 'utf8' }).join()).not.toMatch(/link\.db(,|$)/);
    expect(attached.map(({ version }) => version)).toEqual([1, 2, 1]);
    expect(paths.map((_, at) => read(`a${at}`))).toEqual([['1'], ['2'], ['1']]);
    for (const archive of attached) archive.detach();
    await vi.waitFor(() => expect(readdirSync(temp)).toEqual([]));
    expect(describeFolder(dir)).toEqual(before);
    expect(paths.map((path) => statSync(path).nlink)).toEqual([1, 1, 1]);
  },
);

it('attaches a copy of what was left in WAL mode where no private folder lies on its file system', async (context) => {
  const elsewhere = '/dev/shm';
  const [dir, cache] = [makeTempDir(), makeTempDir()];
  const other = statSync(elsewhere, { throwIfNoEntry: false });
  if (!other || other.dev === statSync(dir).dev) return context.skip('there is no second file system here');
  const temp = mkdtempSync(join(elsewhere, 'varve-test-'));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  vi.stubEnv('TMPDIR', temp);
  vi.stubEnv('XDG_CACHE_HOME', temp);
  const path = writeNotes(join(dir, 'a.db'), 1, asWal);
  const before = describeFolder(dir);
  const { attacher, read } = openAttacher();
  const attached = attacher.attach(path, { schema: 'a', at: 'own version' });
  expect(read('a')).toEqual(['1']);
  attached.detach();
  expect([describeFolder(dir), readdirSync(temp)]).toEqual([before, []]);
  // The user's own cache folder does where it lies on the file's.
  vi.stubEnv('XDG_CACHE_HOME', cache);
  const linked = attacher.attach(path, { schema: 'a', at: 'own version' });
  expect(read('a')).toEqual(['1']);
  await vi.waitFor(() =>
    expect([readdirSync(cache), readdirSync(join(cache, 'varve'))]).toEqual([['varve'], []]),
  );
  linked.detach();
});

it('makes no file where there is none any more', () => {
  const { attacher } = openAttacher();
  const path = join(makeTempDir(), 'gone.db');
  const attach = () => attacher.attach(path, { schema: 'a', at: 'own version' });
  expect(attach).toThrow(expect.objectContaining({ code: 'FILE_NOT_FOUND' }));
});
