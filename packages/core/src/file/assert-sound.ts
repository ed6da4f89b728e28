import { VarveError } from '@varve/schema';
import type { Database } from './open-database.ts';

/** @throws FILE_CORRUPT */
export function assertSound(sqlite: Database, path: string, schema = 'main'): void {
  const [first] = sqlite.pragma(`${schema}.quick_check(1)`) as { quick_check: string }[];
  if (first?.quick_check === 'ok') return;
  throw new VarveError('FILE_CORRUPT', `the database is damaged: ${first?.quick_check}`, {
    path,
    hint: 'restore it from a backup, or try to rescue its rows with the ".recover" command of the sqlite3 shell',
  });
}
