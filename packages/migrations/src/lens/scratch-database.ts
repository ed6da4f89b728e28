import Database from 'better-sqlite3';
import type { Lineage } from '../lineage/lineage.ts';
import { registerFunctions } from '../lineage/register-functions.ts';

let scratch: Database.Database | undefined;
let served: Lineage | undefined;

/** An empty database in memory, one for the process, where SQLite tells what it makes of DDL. To be left empty. */
export function scratchDatabase(lineage: Lineage): Database.Database {
  if (!scratch) {
    scratch = new Database(':memory:');
    scratch.pragma('foreign_keys = OFF');
  }
  if (served !== lineage) registerFunctions(scratch, lineage);
  served = lineage;
  return scratch;
}
