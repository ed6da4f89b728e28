import { type Database, openMemory } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';

let scratch: Database | undefined;
let served: Lineage | undefined;

/** An empty database in memory, one for the process, where SQLite tells what it makes of DDL. To be left empty. */
export function scratchDatabase(lineage: Lineage): Database {
  if (!scratch) {
    scratch = openMemory();
    scratch.pragma('foreign_keys = OFF');
  }
  if (served !== lineage) registerFunctions(scratch, lineage);
  served = lineage;
  return scratch;
}
