import type Database from 'better-sqlite3';
import { expect } from 'vitest';
import { ledgerTable } from '../ledger/find-ledger.ts';
import { compileLens } from '../lens/compile-lens.ts';
import { installLens } from '../lens/install-lens.ts';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { replayRaw } from './replay-raw.ts';
import { dumpDatabase, openMemory } from './test-lineage.ts';

/** What a file of version 1 holds at head, by varve and by SQLite alone; without the ledger. */
export function bothWays(lineage: Lineage, rows = ''): { replayed: unknown; raw: unknown } {
  const [ours, theirs, read] = [openMemory(), openMemory(), openMemory()];
  for (const sqlite of [ours, theirs, read]) {
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.pragma('foreign_keys = OFF');
    sqlite.exec(rows);
  }
  replayMigrations(ours, lineage);
  for (const { sql } of lineage.migrations.slice(1)) replayRaw(theirs, sql, lineage.foreignKeys);
  for (const sqlite of [ours, theirs]) sqlite.exec(`DROP TABLE IF EXISTS ${ledgerTable}`);
  const lens = compileLens(lineage, 1);
  expect(lens.refusal).toBeUndefined();
  installLens(read, lens);
  for (const { name } of lens.tables) {
    const rowsOf = (sqlite: Database.Database) => sqlite.prepare(`SELECT * FROM ${name}`).raw().all().sort();
    expect({ name, rows: rowsOf(read) }).toEqual({ name, rows: rowsOf(theirs) });
  }
  return { replayed: dumpDatabase(ours), raw: dumpDatabase(theirs) };
}
