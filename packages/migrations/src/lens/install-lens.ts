import { VarveError } from '@varve/schema';
import type { Database } from 'better-sqlite3';
import type { Lens } from './lens.ts';

/**
 * Lays a lens over an open file of its version: TEMP views and tables, which shadow the file's own, so that ordinary
 * queries at head run. Writes nothing to the file; works on a read-only connection. The lineage's functions must be
 * registered already. After a failure nothing is left.
 *
 * @throws MIGRATION_FAILED when a materialized table cannot hold this file's rows: no replay could either.
 */
export function installLens(sqlite: Database, lens: Lens): void {
  if (lens.setup.length === 0) return;
  const foreignKeys = sqlite.pragma('foreign_keys', { simple: true });
  sqlite.pragma('foreign_keys = OFF');
  try {
    sqlite.transaction(() => {
      for (const statement of lens.setup) sqlite.exec(statement);
    })();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VarveError(
      'MIGRATION_FAILED',
      `the pending migrations fail on the rows of this file: ${reason}`,
      {
        hint: 'write a migration that fits these rows, or set the file aside',
        path: sqlite.name,
        details: { from: lens.from, to: lens.to, reason },
        cause,
      },
    );
  } finally {
    sqlite.pragma(`foreign_keys = ${foreignKeys}`);
  }
}
