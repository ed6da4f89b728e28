import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { lineageAt } from '../lineage/index.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { patchFile } from './patch-file.ts';

it('names the indexes of constraints after their table, whatever its letters take', () => {
  const lineage = lineageOf([
    'CREATE TABLE "🪨 é" (id text PRIMARY KEY, a UNIQUE, b, UNIQUE (b, a))',
    'ALTER TABLE "🪨 é" RENAME TO "a 🪨🪨"',
  ]);
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineageAt(lineage, 1));
  const replayed = new Database(sqlite.serialize());
  replayMigrations(replayed, lineage);
  expect(patchFile(sqlite, lineage, 1)).toBe(true);
  const names = 'SELECT type, name, tbl_name FROM sqlite_schema ORDER BY name';
  expect(sqlite.prepare(names).all()).toEqual(replayed.prepare(names).all());
});
