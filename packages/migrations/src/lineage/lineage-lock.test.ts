import { expect, it } from 'vitest';
import { lineageOf } from '../testing/test-lineage.ts';
import { defineLineage } from './define-lineage.ts';
import type { Migration } from './lineage.ts';
import { lockDifference, lockLineage, parseLock, renderLock } from './lineage-lock.ts';

const lineage = lineageOf(['CREATE TABLE a (x);', 'CREATE TABLE b (x);', 'CREATE TABLE c (x);']);
const [first, second, third] = lineage.migrations as [Migration, Migration, Migration];
const locked = lockLineage(lineage, (name) => name === first.name);
const of = (...migrations: Migration[]) => defineLineage({ name: 'test', tables: {}, migrations });

it('reads what it writes, a line a migration', () => {
  const text = renderLock(locked);
  expect(parseLock(text)).toEqual(locked);
  expect(parseLock(text.replaceAll('\n', '\r\n'))).toEqual(locked);
  expect(text.split('\n').filter((line) => line && !line.startsWith('#'))).toHaveLength(3);
  expect(locked.map((it) => it.isAdopted)).toEqual([true, false, false]);
});

it('finds nothing where nothing changed, whatever the line endings', () => {
  expect(lockDifference(locked, lineage)).toBeUndefined();
  const crlf = of(
    ...lineage.migrations.map((it) => ({ ...it, sql: `\uFEFF${it.sql}`.replaceAll('\n', '\r\n') })),
  );
  expect(lockDifference(locked, crlf)).toBeUndefined();
});

it.each([
  ['edited', of(first, { ...second, sql: 'CREATE TABLE b (y);' }, third), second.name],
  ['missing', of(first, third), second.name],
  ['moved', of(second, first, third), first.name],
  ['unlocked', of(first, second, third, { ...third, name: '0003_new' }), '0003_new'],
])('names the first migration that is %s', (kind, changed, migration) => {
  expect(lockDifference(locked, changed)).toEqual({ migration, kind });
});

it('says LOCK_MISMATCH for a line it did not write', () => {
  const mismatch = expect.objectContaining({ code: 'LOCK_MISMATCH', path: 'varve.lock' });
  expect(() => parseLock('0000_step abc\n', 'varve.lock')).toThrow(mismatch);
});
