import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf, openMemory } from '../testing/test-lineage.ts';
import { type FileIdentity, identifyFile, identityError } from './identify.ts';

const lineage = lineageOf([
  'CREATE TABLE a (x);\nCREATE TABLE b (y);',
  'ALTER TABLE a ADD z;',
  'ALTER TABLE b ADD w;',
]);

function fileAt(from: Lineage) {
  const sqlite = openMemory();
  replayMigrations(sqlite, from);
  return sqlite;
}

function withHash(at: number, hash: string, createdAt?: number) {
  const sqlite = fileAt(lineageAt(lineage, at + 1));
  sqlite.prepare('UPDATE __drizzle_migrations SET hash = ? WHERE rowid = ?').run(hash, at + 1);
  if (createdAt !== undefined) {
    sqlite.prepare('UPDATE __drizzle_migrations SET created_at = ? WHERE rowid = ?').run(createdAt, at + 1);
  }
  return sqlite;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const codeOf = (identity: FileIdentity) => identityError(identity, lineage)?.code;

describe('a file stands to head as', () => {
  it('current', () =>
    expect(identifyFile(fileAt(lineage), lineage)).toEqual({ state: 'current', version: 3 }));

  it('behind, by the number of migrations it has had', () => {
    expect(identifyFile(fileAt(lineageAt(lineage, 1)), lineage)).toEqual({ state: 'behind', version: 1 });
  });

  it('ahead, when all of the lineage is applied and more', () => {
    const identity = identifyFile(fileAt(lineage), lineageAt(lineage, 1));
    expect(identity).toEqual({ state: 'ahead', version: 1, aheadBy: 2 });
    expect(codeOf(identity)).toBe('VERSION_AHEAD');
  });

  it('diverged, naming the first migration that differs', () => {
    const identity = identifyFile(withHash(1, sha256('ALTER TABLE a ADD other'), 1), lineage);
    expect(identity).toEqual({ state: 'diverged', version: 1, migration: '0001_step', edited: false });
    expect(codeOf(identity)).toBe('VERSION_DIVERGED');
  });

  it('edited, when the differing migration has the same stamp', () => {
    const identity = identifyFile(withHash(1, sha256('ALTER TABLE a ADD other')), lineage);
    expect(identity).toMatchObject({ state: 'diverged', edited: true });
    expect(codeOf(identity)).toBe('MIGRATION_EDITED');
  });

  it('foreign, when it shares no migration', () => {
    const identity = identifyFile(fileAt({ ...lineageOf(['CREATE TABLE q (x)']), name: 'q' }), {
      ...lineage,
      migrations: lineage.migrations.slice(1),
    });
    expect(codeOf(identity)).toBe('VERSION_FOREIGN');
  });

  it('foreign, when another application has signed it', () => {
    expect(codeOf(identifyFile(openMemory('CREATE TABLE q (x); PRAGMA application_id = 7'), lineage))).toBe(
      'VERSION_FOREIGN',
    );
  });

  it('unstamped, when it has tables but no ledger, or an empty one', () => {
    expect(codeOf(identifyFile(openMemory('CREATE TABLE a (x)'), lineage))).toBe('VERSION_UNSTAMPED');
    const emptied = fileAt(lineage);
    emptied.exec('DELETE FROM __drizzle_migrations; PRAGMA application_id = 0');
    expect(codeOf(identifyFile(emptied, lineage))).toBe('VERSION_UNSTAMPED');
  });

  it('empty', () => expect(codeOf(identifyFile(openMemory(), lineage))).toBe('FILE_EMPTY'));
});

describe('a migration is known by its hash', () => {
  const first = lineage.migrations[0]?.sql ?? '';

  it.each([
    ['with CRLF line endings', first.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${first}`],
    ['with both', `\uFEFF${first.replaceAll('\n', '\r\n')}`],
  ])('%s', (_title, text) => {
    expect(identifyFile(withHash(0, sha256(text), 1), lineage)).toEqual({ state: 'behind', version: 1 });
  });

  it('and when the checkout has CRLF, the file was written from LF', () => {
    const crlf = lineageOf(lineage.migrations.map((it) => `\uFEFF${it.sql.replaceAll('\n', '\r\n')}`));
    expect(identifyFile(fileAt(lineage), crlf)).toEqual({ state: 'current', version: 3 });
  });

  it('or, where a driver stored none, by its stamp', () => {
    expect(identifyFile(withHash(0, ''), lineage)).toEqual({ state: 'behind', version: 1 });
    expect(identifyFile(withHash(0, '', 1), lineage).state).not.toBe('behind');
  });

  it('or, where a driver of drizzle-orm 1.0 stored none, by its name', () => {
    const sqlite = withHash(0, '', 1);
    sqlite.exec(
      "ALTER TABLE __drizzle_migrations ADD name text; UPDATE __drizzle_migrations SET name = '0000_step'",
    );
    expect(identifyFile(sqlite, lineage)).toEqual({ state: 'behind', version: 1 });
  });
});
