import { createHash } from 'node:crypto';
import { isFolded, type Lineage } from '@varve/migrations';
import type { Database } from 'better-sqlite3';

/** Which lineage the tables of a unified view were made from: the hashes of its migrations, in order. */
export type LineageRecord = readonly string[];

/**
 * How a lineage stands to the one a view was made from. `moved` when the view is behind it, from before its squash, or
 * of another branch of it, `ahead` when the view knows migrations that come after the lineage's last.
 */
export type LineageRelation = 'current' | 'moved' | 'ahead' | 'foreign';

export function writeLineageRecord(sqlite: Database, lineage: Lineage): void {
  sqlite.exec(
    'CREATE TABLE "_lineage" ("version" INTEGER PRIMARY KEY, "name" TEXT NOT NULL, "hash" TEXT NOT NULL)',
  );
  const insert = sqlite.prepare('INSERT INTO "_lineage" VALUES (?, ?, ?)');
  const hashes = hashMigrations(lineage);
  for (const [at, { name }] of lineage.migrations.entries()) insert.run(at + 1, name, hashes[at]);
}

/** Empty for a file without a record. */
export function readLineageRecord(sqlite: Database): LineageRecord {
  const exists = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '_lineage'`).get();
  if (!exists) return [];
  return sqlite.prepare('SELECT "hash" FROM "_lineage" ORDER BY "version"').pluck().all() as string[];
}

export function compareLineage(record: LineageRecord, lineage: Lineage): LineageRelation {
  const hashes = hashMigrations(lineage);
  if (record[0] !== hashes[0]) return isFolded(record[0] ?? '', lineage) ? 'moved' : 'foreign';
  const isPrefix = hashes.every((hash, at) => hash === record[at]);
  if (!isPrefix) return 'moved';
  return record.length > hashes.length ? 'ahead' : 'current';
}

const cache = new WeakMap<Lineage, LineageRecord>();

function hashMigrations(lineage: Lineage): LineageRecord {
  const known = cache.get(lineage);
  if (known) return known;
  const hashes = lineage.migrations.map(({ sql }) => createHash('sha256').update(sql).digest('hex'));
  cache.set(lineage, hashes);
  return hashes;
}
