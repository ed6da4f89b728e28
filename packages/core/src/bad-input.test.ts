import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, type Migration } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openArchive, openSession, readHeader, readSession, upgradeArchive } from './index.ts';
import { rejectionOf } from './testing/error-of.ts';
import { describeFolder } from './testing/folder.ts';
import { head, history, writeFileAt } from './testing/history.ts';
import { makeTempDir } from './testing/temp-dir.ts';

interface BadFile {
  readonly code: string;
  /** What SQLite makes of it where a file that may be open is not looked into. */
  readonly codeOfSqlite?: string;
  /** Makes the file in a folder and returns its path, or undefined where it cannot be made. */
  make(dir: string): string | undefined;
  /** The lineage it is opened with. */
  readonly lineage?: typeof history;
}

function withMigrations(change: (migrations: readonly Migration[]) => readonly Migration[]) {
  return defineLineage({ ...history, migrations: change(history.migrations) });
}

const failing = withMigrations((all) => [
  ...all,
  {
    name: '0005_owner',
    sql: 'ALTER TABLE decisions ADD COLUMN owner text NOT NULL',
    createdAtMs: 1_700_000_000_999,
  },
]);
const edited = withMigrations((all) =>
  all.map((it, at) => (at === 1 ? { ...it, sql: `${it.sql} -- changed` } : it)),
);
const diverged = withMigrations((all) => [
  ...all.slice(0, 1),
  { name: '0001_other', sql: 'CREATE TABLE other (id integer)', createdAtMs: 1_600_000_000_000 },
]);

function truncated(length: number | ((size: number) => number)): BadFile['make'] {
  return (dir) => {
    const path = writeFileAt(dir, head, { decisions: 200 });
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, typeof length === 'number' ? length : length(bytes.length)));
    return path;
  };
}

function written(content: string | Buffer): BadFile['make'] {
  return (dir) => {
    const path = join(dir, 'notes.sqlite');
    writeFileSync(path, content);
    return path;
  };
}

function made(sql: string): BadFile['make'] {
  return (dir) => {
    const path = join(dir, 'other.db');
    const sqlite = new Database(path);
    sqlite.exec(sql);
    sqlite.close();
    return path;
  };
}

const badFiles: Record<string, BadFile> = {
  'a path with nothing there': { code: 'FILE_NOT_FOUND', make: (dir) => join(dir, 'none.db') },
  'a path through a file': {
    code: 'FILE_NOT_FOUND',
    make: (dir) => join(writeFileAt(dir, head), 'x.db'),
  },
  'a folder': {
    code: 'FILE_UNREADABLE',
    make: (dir) => {
      mkdirSync(join(dir, 'folder.db'));
      return join(dir, 'folder.db');
    },
  },
  'a pipe': {
    code: 'FILE_UNREADABLE',
    make: (dir) => {
      execFileSync('mkfifo', [join(dir, 'pipe.db')]);
      return join(dir, 'pipe.db');
    },
  },
  'an empty file': { code: 'FILE_EMPTY', make: written('') },
  'a database without a table': { code: 'FILE_EMPTY', make: made('CREATE TABLE x (y); DROP TABLE x') },
  'a text file named .sqlite': { code: 'FILE_NOT_A_DATABASE', make: written('Dear diary,\n'.repeat(500)) },
  'a short text file': { code: 'FILE_NOT_A_DATABASE', make: written('hi') },
  'a file cut inside the magic': {
    code: 'FILE_CORRUPT',
    codeOfSqlite: 'FILE_NOT_A_DATABASE',
    make: truncated(10),
  },
  'a damaged first page': {
    code: 'FILE_CORRUPT',
    make: (dir) => {
      const path = writeFileAt(dir, head);
      const bytes = readFileSync(path);
      bytes.fill(0xff, 100, 108);
      writeFileSync(path, bytes);
      return path;
    },
  },
  'a file cut inside its header': { code: 'FILE_CORRUPT', make: truncated(60) },
  'a file cut after its header': { code: 'FILE_CORRUPT', make: truncated(100) },
  'a file cut inside its first page': { code: 'FILE_CORRUPT', make: truncated(2000) },
  'a file cut after its first page': { code: 'FILE_CORRUPT', make: truncated(4096) },
  'a file cut inside a page': { code: 'FILE_CORRUPT', make: truncated((size) => size - 1000) },
  'a file without its last page': { code: 'FILE_CORRUPT', make: truncated((size) => size - 4096) },
  'a header with an impossible page size': {
    code: 'FILE_CORRUPT',
    codeOfSqlite: 'FILE_NOT_A_DATABASE',
    make: (dir) => {
      const path = writeFileAt(dir, head);
      const bytes = readFileSync(path);
      bytes.writeUInt16BE(4097, 16);
      writeFileSync(path, bytes);
      return path;
    },
  },
  'a file of another application': {
    code: 'VERSION_FOREIGN',
    make: made('PRAGMA application_id = 1196444487; CREATE TABLE features (id)'),
  },
  'a file of another lineage': {
    code: 'VERSION_FOREIGN',
    make: made(
      `CREATE TABLE __drizzle_migrations (id, hash, created_at); INSERT INTO __drizzle_migrations VALUES (1, 'x', 5)`,
    ),
  },
  'a file with tables but no bookkeeping': {
    code: 'VERSION_UNSTAMPED',
    make: made('CREATE TABLE sessions (id)'),
  },
  'a file of a newer program': {
    code: 'VERSION_AHEAD',
    make: (dir) => writeFileAt(dir, head),
    lineage: withMigrations((all) => all.slice(0, 3)),
  },
  'a file of another branch': {
    code: 'VERSION_DIVERGED',
    make: (dir) => writeFileAt(dir, 3),
    lineage: diverged,
  },
  'a file from before a migration was edited': {
    code: 'MIGRATION_EDITED',
    make: (dir) => writeFileAt(dir, 3),
    lineage: edited,
  },
  'rows that a migration fails on': {
    code: 'MIGRATION_FAILED',
    make: (dir) => writeFileAt(dir, 2),
    lineage: failing,
  },
  'a path that ends with a blank': {
    code: 'FILE_UNREADABLE',
    make: (dir) => {
      writeFileAt(dir, head, { name: 'blank.db' });
      writeFileSync(join(dir, 'blank.db '), readFileSync(join(dir, 'blank.db')));
      return join(dir, 'blank.db ');
    },
  },
};

type Open = (path: string, lineage: typeof history) => unknown;
const ways: Record<string, Open> = {
  openArchive: (path, lineage) => openArchive(path, { lineage }).close(),
  openSession: (path, lineage) => openSession(path, { lineage }).close(),
  upgradeArchive: (path, lineage) => upgradeArchive(path, { lineage }),
  readSession: (path, lineage) => readSession(path, { lineage }).close(),
};

const cases = Object.entries(badFiles).flatMap(([name, file]) =>
  Object.entries(ways).flatMap(([way, open]) => {
    // A live reader runs no migration.
    return way === 'readSession' && file.code === 'MIGRATION_FAILED' ? [] : [{ way, name, file, open }];
  }),
);

it.each(cases)('$way of $name is an error of its own, and changes nothing', async ({ way, file, open }) => {
  const dir = makeTempDir();
  const path = file.make(dir) ?? '';
  const before = describeFolder(dir);
  const error = await rejectionOf((async () => open(path, file.lineage ?? history))());
  expect(error).toBeInstanceOf(VarveError);
  const isRead = way === 'openArchive' || way === 'upgradeArchive';
  expect(error.code).toBe(isRead ? file.code : (file.codeOfSqlite ?? file.code));
  expect(error.hint).not.toBe('');
  expect(describeFolder(dir)).toEqual(before);
});

it('a file that nobody may read is unreadable, to everybody but root', (context) => {
  const dir = makeTempDir();
  const path = writeFileAt(dir, head);
  chmodSync(path, 0);
  if (process.getuid?.() === 0) context.skip('root may read everything');
  expect(() => readHeader(path)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  rmSync(path);
});
