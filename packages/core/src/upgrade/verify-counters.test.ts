import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openDatabase } from '../file/index.ts';
import { inspectAtRest, openSource } from '../source/index.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { planUpgrade } from './upgrade-plan.ts';
import { verifyPatched } from './verify-patched.ts';

const start = 'CREATE TABLE t (k integer PRIMARY KEY AUTOINCREMENT, v); CREATE TABLE other (v)';
const rows =
  'INSERT INTO t (v) VALUES (1), (2), (3); DELETE FROM t WHERE k = 3; INSERT INTO other VALUES (1)';

/** Verifies every cell of a file that was brought to head, and of which something was changed. */
function verify(pending: string, { isRead, damage }: { isRead: boolean; damage: string }): void {
  const migrations = [start, pending].map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'counters', tables: {}, migrations });
  const dir = makeTempDir();
  const [path, copy] = [join(dir, 'old.db'), join(dir, 'copy.db')];
  const old = new Database(path);
  replayMigrations(old, lineageAt(lineage, 1));
  old.exec(rows);
  const plan = planUpgrade(old, lineage, path);
  old.close();
  copyFileSync(path, copy);
  const sqlite = openDatabase(copy);
  replayMigrations(sqlite, lineage);
  sqlite.exec(damage);
  const state = inspectAtRest(path);
  const readImages = () => ({ original: readFileSync(path), upgraded: readFileSync(copy) });
  const options = { lineage, path, state, verify: 'full', version: 1, pages: copy } as const;
  try {
    verifyPatched(sqlite, () => openSource(path, state), { ...options, ...(isRead && { plan, readImages }) });
  } finally {
    sqlite.close();
  }
}

const pendings = {
  'the lens': `ALTER TABLE other ADD w; UPDATE other SET w = v`,
  'a replay': 'ALTER TABLE t RENAME TO s; ALTER TABLE s RENAME TO t; UPDATE other SET v = changes()',
};

it.each([
  ['the lens', true],
  ['the lens', false],
  ['a replay', true],
  ['a replay', false],
] as const)('sees another counter of AUTOINCREMENT by %s, by bytes: %s', (way, isRead) => {
  expect(() => verify(pendings[way], { isRead, damage: '' })).not.toThrow();
  for (const damage of ['UPDATE sqlite_sequence SET seq = 2', 'DELETE FROM sqlite_sequence'])
    expect(() => verify(pendings[way], { isRead, damage })).toThrow(
      expect.objectContaining({ code: 'UPGRADE_MISMATCH', details: { table: 't' } }),
    );
});

it.each([true, false])('leaves the counter be of a table that is renamed or made, by bytes: %s', (isRead) => {
  const pending = 'ALTER TABLE t RENAME TO s; CREATE TABLE made (k integer PRIMARY KEY AUTOINCREMENT)';
  expect(() => verify(pending, { isRead, damage: '' })).not.toThrow();
});
