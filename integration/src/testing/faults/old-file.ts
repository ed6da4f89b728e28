import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { type Lineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { fusible } from './fault-lineage.ts';

export interface Contents {
  readonly lineage?: Lineage;
  readonly bodies: readonly string[];
  /** Leaves the last row in a WAL, as a writer does that dies. */
  readonly hasWal?: boolean;
}

/** Writes a file of version 1, by way of another folder. */
export function writeOldFile(path: string, { lineage = fusible, bodies, hasWal = false }: Contents): void {
  const source = `${path}-source`;
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source);
  const sqlite = new Database(join(source, 'a.db'));
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec(`INSERT INTO sessions (id) VALUES ('a')`);
  if (hasWal) sqlite.pragma('journal_mode = WAL');
  const insert = sqlite.prepare('INSERT INTO notes (body) VALUES (?)');
  for (const body of bodies) insert.run(body);
  for (const suffix of hasWal ? ['', '-wal'] : [''])
    copyFileSync(join(source, `a.db${suffix}`), path + suffix);
  sqlite.close();
}

/** What the notes of an archive say, which is whole. */
export function readBodies(path: string, lineage: Lineage = fusible): string[] {
  using archive = openArchive(path, { lineage });
  assert.equal(archive.sqlite.pragma('integrity_check', { simple: true }), 'ok');
  return archive.sqlite.prepare<[], string>('SELECT body FROM notes ORDER BY id').pluck().all();
}
