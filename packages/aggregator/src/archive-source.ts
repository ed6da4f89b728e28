import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertIdentified, identifyFile, type Lineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';

export interface ArchiveSource {
  readonly path: string;
  readonly version: number;
  readonly strategy: 'identity' | 'replayed';
  close(): void;
}

/** A file at head that may be attached: the archive itself, or a private copy that was replayed. */
export function openArchiveSource(path: string, { lineage }: { lineage: Lineage }): ArchiveSource {
  const dir = mkdtempSync(join(tmpdir(), 'varve-'));
  const close = () => rmSync(dir, { recursive: true, force: true });
  try {
    const copy = join(dir, 'copy.db');
    for (const suffix of ['', '-wal', '-journal']) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    }
    const sqlite = new Database(copy);
    try {
      const identity = identifyFile(sqlite, lineage);
      assertIdentified(identity, lineage, path);
      sqlite.pragma('journal_mode = DELETE');
      const { from, to } = replayMigrations(sqlite, lineage, path);
      return { path: copy, version: from, strategy: from === to ? 'identity' : 'replayed', close };
    } finally {
      sqlite.close();
    }
  } catch (error) {
    close();
    throw error;
  }
}

export function identifyArchive(path: string, lineage: Lineage) {
  const dir = mkdtempSync(join(tmpdir(), 'varve-'));
  try {
    const copy = join(dir, 'copy.db');
    for (const suffix of ['', '-wal', '-journal']) {
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    }
    const sqlite = new Database(copy);
    try {
      return identifyFile(sqlite, lineage);
    } finally {
      sqlite.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
