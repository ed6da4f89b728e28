import { identifyFile, type Lineage, replayMigrations } from '@varve/migrations';
import { durableFs } from './durable-fs.ts';
import { leftoverSuffixes, statOf } from './file-state.ts';
import { type Database, openDatabase } from './open-database.ts';
import { assertSound } from './seal.ts';
import { findMissing, verifyUpgraded } from './verify-upgraded.ts';

/**
 * Makes a copy of a file, with what was left beside it, brought to head and checked. Returns the version before. Nobody
 * waits for the copy to be durable yet, and if it fails it is thrown away: it needs no journal.
 */
export async function buildUpgraded(file: string, copy: string, lineage: Lineage): Promise<number> {
  for (const suffix of ['', ...leftoverSuffixes]) {
    if (suffix === '' || statOf(file + suffix)) await durableFs.copyAside(file + suffix, copy + suffix);
  }
  durableFs.chmod(copy, 0o600);
  const sqlite = openDatabase(copy);
  try {
    return upgradeCopy(sqlite, lineage, file);
  } finally {
    sqlite.close();
  }
}

function upgradeCopy(sqlite: Database, lineage: Lineage, file: string): number {
  sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF');
  const lacked = findMissing(sqlite, lineage, identifyFile(sqlite, lineage).version);
  const { from } = replayMigrations(sqlite, lineage, file);
  sqlite.exec('PRAGMA journal_mode = DELETE');
  assertSound(sqlite, file);
  verifyUpgraded(sqlite, lineage, lacked, file);
  return from;
}
