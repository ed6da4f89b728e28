import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';
import type { Database } from 'better-sqlite3';
import { afterAll, beforeAll } from 'vitest';
import { readUnified } from '../unified/read-unified.ts';
import { refreshUnified } from '../unified/refresh-unified.ts';

/** Archives that no test of a file changes, and their unified view. */
export interface KeptView {
  /** Of both. */
  readonly dir: string;
  readonly archives: string;
  /** From the first test on. */
  readonly sqlite: Database;
}

export function keepView(lineage: Lineage, writeArchives: (dir: string) => void): KeptView {
  const dir = mkdtempSync(join(tmpdir(), 'varve-view-'));
  const [archives, file] = [join(dir, 'archives'), join(dir, 'u.db')];
  let sqlite: Database | undefined;
  beforeAll(async () => {
    mkdirSync(archives);
    writeArchives(archives);
    await refreshUnified(file, { lineage, archives });
    sqlite = readUnified(file);
  });
  afterAll(() => {
    sqlite?.close();
    rmSync(dir, { recursive: true });
  });
  return {
    dir,
    archives,
    get sqlite() {
      return sqlite as Database;
    },
  };
}
