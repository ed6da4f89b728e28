import type { Database } from '../driver/index.ts';
import type { Lineage } from './lineage.ts';

/** Makes a lineage's SQL functions known to a connection; they may be called from the lineage's SQL only. */
export function registerFunctions(sqlite: Database, lineage: Lineage): void {
  for (const [name, call] of Object.entries(lineage.functions)) {
    sqlite.function(name, { varargs: true, deterministic: true }, call as (...values: unknown[]) => unknown);
  }
}
