import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { benchLineage } from './lens-lineage.ts';

const dirs: string[] = [];
process.once('exit', () => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

/** A folder for one benchmark, removed when the process ends. */
export function makeBenchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-bench-'));
  dirs.push(dir);
  return dir;
}

/**
 * Writes a sealed archive of the bench lineage at a version: rows of about 400 bytes until it has the size, four in five
 * of them calls, the rest events.
 */
export function writeBenchArchive(path: string, version: number, sizeBytes: number): void {
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(benchLineage, 1));
  sqlite.exec("INSERT INTO runs VALUES ('run-1', 'bench', 1700000000000)");
  const call = sqlite.prepare(
    'INSERT INTO calls (run_id, tool, payload, took, failed) VALUES (?, ?, ?, ?, ?)',
  );
  const event = sqlite.prepare('INSERT INTO events (run_id, payload) VALUES (?, ?)');
  const rows = Math.floor(sizeBytes / 430);
  sqlite.transaction(() => {
    for (let row = 0; row < rows; row++) {
      const payload = JSON.stringify({ args: { path: `/data/${row}`, text: 'x'.repeat(300) }, v: 1 });
      if (row % 5 === 0) event.run('run-1', payload);
      else call.run('run-1', `tool-${row % 17}`, payload, row / 7, row % 11 === 0 ? 1 : 0);
    }
  })();
  if (version > 1) replayMigrations(sqlite, lineageAt(benchLineage, version));
  sqlite.exec('VACUUM');
  sqlite.close();
}

/** Archives of 100 kB, numbered. Each is a copy of one of its version; they have no session, so none counts as a copy of another. */
export function writeArchives(
  dir: string,
  from: number,
  to: number,
  versionOf: (at: number) => number,
): void {
  mkdirSync(dir, { recursive: true });
  const models = new Map<number, string>();
  for (let at = from; at < to; at++) {
    const [path, version] = [join(dir, `${at}.db`), versionOf(at)];
    const model = models.get(version);
    if (model) copyFileSync(model, path);
    else {
      writeBenchArchive(path, version, 100_000);
      models.set(version, path);
    }
  }
}
