import { join } from 'node:path';
import { lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import type { LineageSample } from '../../../migrations/src/testing/lineages/sample-lineage.ts';

/** Writes an archive with a sample's rows at each version from the sample's own to head, as far as replay goes. */
export function writeSampleArchives(
  { lineage, from, rows }: Pick<LineageSample, 'lineage' | 'from' | 'rows'>,
  dir: string,
): string[] {
  const paths: string[] = [];
  let image = writeRows({ lineage, from, rows });
  for (let version = from; version <= lineage.migrations.length; version++) {
    const sqlite = new Database(image);
    try {
      replayMigrations(sqlite, lineageAt(lineage, version));
      const path = join(dir, `${version}.db`);
      sqlite.prepare('VACUUM INTO ?').run(path);
      if (version % 2) leaveInWal(path);
      image = sqlite.serialize();
      paths.push(path);
    } catch {
      return paths;
    } finally {
      sqlite.close();
    }
  }
  return paths;
}

/** As most products leave their files: a header that asks for a WAL, and none beside it. */
function leaveInWal(path: string): void {
  const sqlite = new Database(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.close();
}

function writeRows({ lineage, from, rows }: Pick<LineageSample, 'lineage' | 'from' | 'rows'>): Buffer {
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineageAt(lineage, from));
  sqlite.pragma('foreign_keys = OFF');
  for (const row of rows) sqlite.exec(row);
  const image = sqlite.serialize();
  sqlite.close();
  return image;
}
