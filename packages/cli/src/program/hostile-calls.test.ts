import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  census,
  exportUnified,
  findArchives,
  openUnified,
  queryArchives,
  readUnified,
  restoreArchives,
  searchUnified,
  upgradeArchives,
} from '@varve/aggregator';
import {
  createSession,
  identifyArchive,
  openArchive,
  openSession,
  readHeader,
  readSession,
  recoverSessions,
  rehearseUpgrade,
  restoreArchive,
  upgradeArchive,
} from '@varve/core';
import { defineLineage, type Lineage, readLineage } from '@varve/migrations';
import { errorCodes, VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { makeWorkplace, type Workplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

/** Each makes a file, or a path at which there is none that can be read. */
const files: Record<string, (place: Workplace) => string> = {
  'nothing there': ({ dir }) => join(dir, 'none.db'),
  'a NUL in its name': ({ dir }) => join(dir, 'a\0b.db'),
  'a name that is too long': ({ dir }) => join(dir, `${'x'.repeat(300)}.db`),
  'a blank at its end': ({ dir }) => join(dir, 'x.db '),
  'no name': () => '',
  'a folder': ({ dir }) => made(join(dir, 'folder.db'), mkdirSync),
  'a pipe': ({ dir }) => made(join(dir, 'pipe.db'), (path) => execFileSync('mkfifo', [path])),
  'a circle of links': ({ dir }) => made(join(dir, 'loop.db'), (path) => symlinkSync(path, path)),
  'a device': () => '/dev/null',
  'no bytes': ({ addFile }) => addFile('empty.db', ''),
  'no database': ({ addFile }) => addFile('text.db', 'SQLite format 4, or so'),
  'half a header': ({ addFile }) => addFile('header.db', 'SQLite format 3\0'),
  'a damaged schema': (place) => damaged(place, 100),
  'a damaged table': (place) => damaged(place, 4096),
  'other tables': (place) => written(place, 'ALTER TABLE calls ADD COLUMN sneaked'),
  'a function that only its writer has': (place) =>
    written(
      place,
      `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'tool text', 'tool text CHECK (theirs(tool))') WHERE name = 'calls'`,
    ),
  'a module that only its writer has': (place) =>
    written(
      place,
      `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING theirs(x)')`,
    ),
  'a collation that only its writer has': (place) =>
    written(
      place,
      `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'tool text', 'tool text COLLATE theirs') WHERE name = 'calls'`,
    ),
  'a view of itself for its table': (place) =>
    written(place, 'DROP TABLE calls; CREATE VIEW calls AS SELECT * FROM calls'),
  'a view for its ledger': (place) =>
    written(place, 'DROP TABLE __drizzle_migrations; CREATE VIEW __drizzle_migrations AS SELECT 1 AS hash'),
  'the other encoding': (place) => {
    const path = join(place.dir, 'utf16.db');
    const sqlite = new Database(path);
    sqlite.exec(`PRAGMA encoding = 'UTF-16'; CREATE TABLE calls (id)`);
    sqlite.close();
    return path;
  },
};

function made(path: string, make: (path: string) => unknown): string {
  make(path);
  return path;
}

function damaged(place: Workplace, at: number): string {
  const path = place.addArchive(`damaged-${at}.db`, 1, 'x'.repeat(9000));
  const bytes = readFileSync(path);
  bytes.fill(0x77, at, at + 8);
  writeFileSync(path, bytes);
  return path;
}

function written(place: Workplace, sql: string): string {
  const path = place.addArchive('written.db', 1, 'grep');
  const sqlite = new Database(path);
  sqlite.unsafeMode();
  sqlite.exec(sql);
  sqlite.close();
  return path;
}

const statements = [
  '',
  ';',
  'SELEC',
  'SELECT * FROM nothing',
  'DELETE FROM calls',
  'SELECT ?',
  'PRAGMA user_version = 1',
  `SELECT '${'x'.repeat(9)}`,
  'SELECT 1; SELECT 2',
  'SELECT \0',
  `SELECT ${'('.repeat(2000)}1${')'.repeat(2000)}`,
  'SELECT zeroblob(2e9)',
  "ATTACH 'x' AS y",
  'SELECT rowid FROM _archives',
  'EXPLAIN SELECT 1',
];

async function outcomeOf(work: () => unknown): Promise<unknown> {
  try {
    const result = await work();
    if (typeof result === 'object' && result !== null && 'close' in result) (result.close as () => void)();
    return result;
  } catch (error) {
    return error;
  }
}

/** Accepts a result, and of errors none but those with a code, a path, and a hint. */
function expectVarve(outcome: unknown, what: string): void {
  if (!(outcome instanceof Error)) return;
  expect(outcome, what).toBeInstanceOf(VarveError);
  const { code, hint, message } = outcome as VarveError;
  expect(Object.hasOwn(errorCodes, code), what).toBe(true);
  expect([code, hint.length > 10, message.length > 10], what).toEqual([
    expect.not.stringMatching(/^INTERNAL$/),
    true,
    true,
  ]);
}

function callsOn(path: string, place: Workplace, lineage: Lineage): Record<string, () => unknown> {
  const { dir } = place;
  return {
    readHeader: () => readHeader(path),
    identifyArchive: () => identifyArchive(path, { lineage }),
    openArchive: () => openArchive(path, { lineage }),
    openSession: () => openSession(path, { lineage, busyTimeoutMs: 20 }),
    readSession: () => readSession(path, { lineage }),
    rehearseUpgrade: () => rehearseUpgrade(path, { lineage }),
    restoreArchive: () => restoreArchive(path, join(dir, 'restored.db'), { lineage }),
    'restoreArchive into it': () => restoreArchive(place.addArchive('sound.db', 1), path, { lineage }),
    recoverSessions: () => recoverSessions(path, { lineage, archiveDir: join(dir, 'recovered') }),
    createSession: () => createSession(path, { lineage, session: {} as never }),
    findArchives: () => findArchives(path),
    census: () => census(path, { lineage }),
    queryArchives: () => queryArchives(path, 'SELECT count(*) FROM calls', { lineage }),
    openUnified: () => openUnified(join(dir, 'u.db'), { lineage, archives: path }),
    'openUnified as it': () => openUnified(path, { lineage, archives: join(dir, 'archives') }),
    readUnified: () => readUnified(path),
    searchUnified: () => searchUnified(path, 'grep'),
    exportUnified: () => exportUnified(path, { lineage, format: 'csv', into: join(dir, 'out') }),
    restoreArchives: () => restoreArchives(path, { lineage, into: join(dir, 'into') }),
    readLineage: () => readLineage(path),
    upgradeArchives: () => upgradeArchives(path, { lineage, acceptLoss: true, jobs: 1 }),
    upgradeArchive: () => upgradeArchive(path, { lineage, acceptLoss: true }),
  };
}

describe.skipIf(process.platform === 'win32').each(Object.entries(files))('of a file with %s', (_, make) => {
  it('no public function throws anything but a VarveError', async () => {
    const place = makeWorkplace();
    // In this process: a worker takes a second to start.
    const lineage = defineLineage({ ...place.lineage, functions: { none: () => null } });
    const path = make(place);
    for (const [name, call] of Object.entries(callsOn(path, place, lineage)))
      expectVarve(await outcomeOf(call), name);
  });

  it('every verb says what is wrong in two lines', async () => {
    const place = makeWorkplace();
    const { dir } = place;
    const path = make(place);
    const calls = [
      ['status', path],
      ['show', path],
      ['read', path, 'SELECT count(*) FROM calls'],
      ['query', path, 'SELECT count(*) FROM calls'],
      ['unify', path, '--into', join(dir, 'v.db')],
      ['unify', 'archives', '--into', path],
      ['search', path, 'x'],
      ['export', path, '--into', join(dir, 'out')],
      ['restore', path, '--into', join(dir, 'into')],
      ['upgrade', path, '--dry-run'],
      ['status', path, '--migrations', path],
    ];
    for (const call of calls) {
      const { stderr, exitCode } = await runVarve(dir, ...call);
      expect([0, 1, 2], call[0]).toContain(exitCode);
      expect(stderr, call.join(' ')).not.toMatch(/error\[INTERNAL\]|defect|error: /);
      if (exitCode !== 0) expect(stderr, call.join(' ')).toMatch(/^error\[[A-Z_]+\]: .+\nhint: .+/m);
    }
  });
});

it('takes no SQL that makes anything but a VarveError', async () => {
  const { dir, lineage, addArchive } = makeWorkplace();
  const path = addArchive('a.db', 1, 'grep');
  for (const sql of statements) {
    expectVarve(await outcomeOf(() => queryArchives(path, sql, { lineage })), sql.slice(0, 60));
    const { stderr, exitCode } = await runVarve(dir, 'read', path, sql);
    expect([0, 1, 2]).toContain(exitCode);
    expect(stderr, sql.slice(0, 60)).not.toMatch(/INTERNAL|defect|error: /);
  }
});

it('refuses ids that are no file names, and lineages that are none', async () => {
  const { dir, lineage } = makeWorkplace();
  const path = copyOf(dir, lineage);
  for (const id of ['', '..', 'a/b', 'x'.repeat(300), 'a\0b', 1, null])
    expectVarve(await outcomeOf(() => createSession(dir, { lineage, session: { id } as never })), String(id));
  const migrations = (sql: string) => [{ name: '0000_x', sql, createdAtMs: 1 }];
  for (const sql of [
    '',
    'SELEC',
    'CREATE TABLE t (x',
    "ATTACH 'x' AS y",
    `INSERT INTO t VALUES ('\0')`,
    'CREATE TABLE t (x); DROP TABLE u',
  ]) {
    const odd = defineLineage({ name: 'odd', tables: {}, migrations: migrations(sql) });
    for (const [name, call] of Object.entries(callsOn(path, { ...makeWorkplace(), lineage: odd }, odd)))
      expectVarve(await outcomeOf(call), `${name} with ${sql}`);
  }
});

function copyOf(dir: string, lineage: Lineage): string {
  const place = makeWorkplace();
  const path = place.addArchive('b.db', lineage.migrations.length);
  copyFileSync(path, join(dir, 'b.db'));
  return join(dir, 'b.db');
}
