import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import { expect, it, onTestFinished } from 'vitest';
import { lineageOf } from '../testing/test-lineage.ts';
import { writeDrizzleFolder } from '../testing/write-drizzle-folder.ts';
import { migrationHash } from './migration-hash.ts';
import { readLineage } from './read-lineage.ts';

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-lineage-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

const lineage = lineageOf(['CREATE TABLE a (x);\n', 'ALTER TABLE a ADD y;\n']);

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    expect(error.hint).not.toBe('');
    return error.code;
  }
}

it('reads the layout of drizzle-kit 0.31: journal order, journal stamps', () => {
  const read = readLineage(writeDrizzleFolder(tempDir(), lineage));
  expect(read.migrations).toEqual(lineage.migrations);
});

it('reads the layout of drizzle-kit 1.0: a folder a migration, stamped by its name', () => {
  const dir = tempDir();
  for (const [name, sql] of [
    ['20240102030405_second', 'ALTER TABLE a ADD y;'],
    ['20231231235959_first', 'CREATE TABLE a (x);'],
  ] as const) {
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'migration.sql'), sql);
    writeFileSync(join(dir, name, 'snapshot.json'), '{}');
  }
  writeFileSync(join(dir, 'notes.txt'), 'not a migration');
  expect(readLineage(dir).migrations).toEqual([
    {
      name: '20231231235959_first',
      sql: 'CREATE TABLE a (x);',
      createdAtMs: Date.UTC(2023, 11, 31, 23, 59, 59),
    },
    {
      name: '20240102030405_second',
      sql: 'ALTER TABLE a ADD y;',
      createdAtMs: Date.UTC(2024, 0, 2, 3, 4, 5),
    },
  ]);
});

it('gives the same lineage from a checkout with CRLF and a byte order mark', () => {
  const dir = writeDrizzleFolder(tempDir(), lineage);
  const file = join(dir, '0000_step.sql');
  writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8').replaceAll('\n', '\r\n')}`);
  const [first] = readLineage(dir).migrations;
  expect(first && migrationHash(first)).toBe(migrationHash(lineage.migrations[0] as never));
});

it('says what is wrong with a folder', () => {
  const dir = writeDrizzleFolder(tempDir(), lineage);
  expect(codeOf(() => readLineage(join(dir, 'nowhere')))).toBe('LINEAGE_NOT_FOUND');
  expect(codeOf(() => readLineage(join(dir, 'meta')))).toBe('LINEAGE_NOT_FOUND');
  const missing = join(tempDir(), 'copy');
  cpSync(dir, missing, { recursive: true });
  rmSync(join(missing, '0001_step.sql'));
  expect(codeOf(() => readLineage(missing))).toBe('MIGRATION_MISSING');
  writeFileSync(join(missing, 'meta', '_journal.json'), '{ "entries": [ ');
  expect(codeOf(() => readLineage(missing))).toBe('LINEAGE_INVALID');
  const unstamped = tempDir();
  mkdirSync(join(unstamped, 'first'));
  writeFileSync(join(unstamped, 'first', 'migration.sql'), '');
  expect(codeOf(() => readLineage(unstamped))).toBe('LINEAGE_INVALID');
});

it('refuses two migrations of one name', () => {
  const [first] = lineage.migrations;
  const dir = writeDrizzleFolder(tempDir(), { ...lineage, migrations: [first as never, first as never] });
  expect(codeOf(() => readLineage(dir))).toBe('LINEAGE_INVALID');
});

it.each([
  '[]',
  'null',
  '{ "entries": {} }',
  '{ "entries": [null] }',
  '{ "entries": [{ "tag": "0000", "when": "1" }] }',
])('says that a journal cannot be read which is %s', (text) => {
  const dir = writeDrizzleFolder(tempDir(), lineage);
  writeFileSync(join(dir, 'meta', '_journal.json'), text);
  expect(codeOf(() => readLineage(dir))).toBe('LINEAGE_INVALID');
});
