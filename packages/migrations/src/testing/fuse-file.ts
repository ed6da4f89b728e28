import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { fuseMigrations } from '../fusion/fuse-migrations.ts';
import { fusedSchema, headImage } from '../fusion/fusion.ts';
import type { Lineage } from '../lineage/lineage.ts';

/** Writes the bytes of a file of a version to a path and brings them to head in one pass; undefined where that is declined. */
export function fuseFile(
  bytes: Buffer,
  path: string,
  lineage: Lineage,
  from: number,
): Database.Database | undefined {
  writeFileSync(path, bytes);
  const sqlite = new Database(headImage(lineage));
  sqlite.prepare(`ATTACH ? AS ${fusedSchema}`).run(path);
  sqlite.exec('PRAGMA foreign_keys = OFF; BEGIN');
  const isFused = fuseMigrations(sqlite, lineage, from);
  sqlite.exec(`COMMIT; DETACH ${fusedSchema}`);
  if (isFused) return sqlite;
  sqlite.close();
  return undefined;
}
