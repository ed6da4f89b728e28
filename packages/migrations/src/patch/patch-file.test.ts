import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { lineageAt } from '../lineage/index.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { patchFile } from './patch-file.ts';

it('writes no journal: a file is thrown away where it fails', () => {
  const dir = mkdtempSync(join(tmpdir(), 'varve-patch-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const seen: string[][] = [];
  const look = (value: unknown) => {
    seen.push(readdirSync(dir));
    return value as number;
  };
  const lineage = {
    ...lineageOf(['CREATE TABLE t (v)', 'UPDATE t SET v = v + 1; UPDATE t SET v = look(v)']),
    functions: { look },
  };
  const sqlite = new Database(join(dir, 'file.db'));
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.exec('INSERT INTO t VALUES (1)');
  expect(patchFile(sqlite, lineage, 1)).toBe(true);
  expect(seen).toEqual([['file.db']]);
  sqlite.close();
});
