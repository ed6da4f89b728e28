/** One thread of what varve's bulk upgrade is compared with. */
import { closeSync, copyFileSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';

const { work, paths, folder } = workerData as { work: 'copy' | 'migrate'; paths: string[]; folder: string };
for (const path of paths) {
  if (work === 'copy') replaceByCopy(path);
  else migrateInPlace(path);
}

/** What no safe upgrade can do without. */
function replaceByCopy(path: string): void {
  copyFileSync(path, `${path}.copy`);
  sync(`${path}.copy`);
  renameSync(`${path}.copy`, path);
  sync(dirname(path));
}

/** Drizzle's own way; foreign keys off, or its rebuilds of parents delete their children. */
function migrateInPlace(path: string): void {
  const sqlite = new Database(path);
  sqlite.pragma('foreign_keys = OFF');
  migrate(drizzle(sqlite), { migrationsFolder: folder });
  sqlite.close();
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
