import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { identifyArchive } from '../source/identify-archive.ts';
import { notes as lineage } from '../testing/notes.ts';
import { openArchiveSource } from './archive-source.ts';

function writeNotes(version: number): { dir: string; path: string; sqlite: Database.Database } {
  const dir = mkdtempSync(join(tmpdir(), 'varve-source-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'a.db');
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, version));
  sqlite.exec(`INSERT INTO notes (body) VALUES ('hello')`);
  return { dir, path, sqlite };
}

/** Every byte in a folder; of a WAL index, which readers mark their place in, only that it is there. */
function contents(dir: string): string[] {
  const digest = (name: string) =>
    name.endsWith('-shm')
      ? ''
      : createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex');
  return readdirSync(dir).map((name) => `${name} ${digest(name)}`);
}

function attachAndRead(path: string): unknown[] {
  const sqlite = new Database(':memory:');
  sqlite.prepare('ATTACH ? AS source').run(path);
  const rows = sqlite.prepare('SELECT * FROM source.notes').raw().all();
  sqlite.close();
  return rows;
}

it('hands out a sealed file as it lies, at its own version', () => {
  const { dir, path, sqlite } = writeNotes(1);
  sqlite.close();
  const before = contents(dir);
  const source = openArchiveSource(path, { lineage, at: 'own version' });
  expect(source).toMatchObject({ path, version: 1, copy: 'none' });
  expect(attachAndRead(source.path)).toEqual([[1, 'hello']]);
  source.close();
  expect(contents(dir)).toEqual(before);
});

it('hands out a replayed copy for head, and removes it when closed', () => {
  const { dir, path, sqlite } = writeNotes(1);
  sqlite.close();
  const before = contents(dir);
  const source = openArchiveSource(path, { lineage, at: 'head' });
  expect(source).toMatchObject({ version: 1, copy: 'file' });
  expect(attachAndRead(source.path)).toEqual([[1, 'hello', 'plain']]);
  expect(contents(dir)).toEqual(before);
  source.close();
  expect(() => readFileSync(source.path)).toThrow();
});

it.each(['own version', 'head'] as const)('copies what a writer has in its WAL, at %s', (at) => {
  const { dir, path, sqlite } = writeNotes(1);
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec(`INSERT INTO notes (body) VALUES ('in the WAL')`);
  const before = contents(dir);
  const source = openArchiveSource(path, { lineage, at });
  expect(attachAndRead(source.path).map((row) => (row as unknown[])[1])).toEqual(['hello', 'in the WAL']);
  expect(identifyArchive(path, { lineage })).toEqual({ state: 'behind', version: 1 });
  source.close();
  expect(contents(dir)).toEqual(before);
  sqlite.close();
});
