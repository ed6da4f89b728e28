import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import { patchFile } from '@varve/migrations/internal';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { makeTempDir } from '../testing/temp-dir.ts';
import { planUpgrade, verifyPlanned } from './upgrade-plan.ts';

const scripts = [
  `CREATE TABLE t (k integer PRIMARY KEY, v); CREATE INDEX vs ON t (v); CREATE INDEX lacked ON t (k, v);
   CREATE VIEW seen AS SELECT v FROM t; CREATE TABLE u (k integer PRIMARY KEY)`,
  'ALTER TABLE u ADD w; CREATE INDEX ws ON u (w)',
];
const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
const lineage = defineLineage({ name: 'planned', tables: {}, migrations });

/** Verifies a patched file, of whose schema something was changed. */
function verify(damage: string): void {
  const sqlite = new Database(join(makeTempDir(), 'x.db'));
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(
    'DROP INDEX lacked; CREATE TABLE own (n); CREATE INDEX ns ON own (n); INSERT INTO own VALUES (1)',
  );
  const plan = planUpgrade(sqlite, lineage, 'x.db');
  expect(patchFile(sqlite, lineage, 1, { recipe: plan.recipe, rowsBefore: plan.ledgerRows })).toBe(true);
  sqlite.unsafeMode(true);
  sqlite.exec(`PRAGMA writable_schema = ON; ${damage}; PRAGMA writable_schema = RESET`);
  try {
    verifyPlanned(sqlite, lineage, plan, { path: 'x.db' });
  } finally {
    sqlite.close();
  }
}

it('takes a file for right that lacks what it lacked, and has what it had', () => {
  expect(() => verify('')).not.toThrow();
});

it.each([
  ['table own', 'DROP TABLE own'],
  ['index ns', 'DROP INDEX ns'],
  ['index vs', `UPDATE sqlite_schema SET sql = 'CREATE INDEX vs ON t (k)' WHERE name = 'vs'`],
  ['index ws', 'DROP INDEX ws'],
  ['view seen', 'DROP VIEW seen; CREATE VIEW seen AS SELECT k AS v FROM t'],
  ['view more', 'CREATE VIEW more AS SELECT 1'],
])('sees another %s than is expected', (object, damage) => {
  expect(() => verify(damage)).toThrow(
    expect.objectContaining({ code: 'UPGRADE_MISMATCH', message: expect.stringContaining(object) }),
  );
});
