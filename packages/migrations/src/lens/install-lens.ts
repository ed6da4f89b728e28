import { VarveError } from '@varve/schema/errors';
import { beforeStatements, type Database, isSqliteError } from '../driver/index.ts';
import type { Lens } from './lens.ts';
import { overlaysNamed } from './overlays-named.ts';

/**
 * Lays a lens over an open file of its version: TEMP views and tables, which shadow the file's own, so that ordinary
 * queries at head run. Writes nothing to the file; works on a read-only connection. The lineage's functions must be
 * registered already. After a failure nothing is left.
 *
 * @throws MIGRATION_FAILED when a stage or a materialized table cannot take this file's rows: no replay could either;
 * SQLite's own error when it cannot read the file, or has no room for TEMP tables
 */
export function installLens(sqlite: Database, lens: Lens): void {
  runSetup(sqlite, lens, [...lens.setup, ...lens.overlays.map(({ sql }) => sql)]);
}

/**
 * The same, but a TEMP view is laid when SQL that is given to the connection first says its name: of many tables, few
 * are asked for. For a connection that may write to TEMP.
 *
 * @throws as `installLens` does
 */
export function installLensWhenNamed(sqlite: Database, lens: Lens): void {
  runSetup(sqlite, lens, lens.setup);
  if (lens.overlays.length > 0) beforeStatements(sqlite, overlaysNamed(lens));
}

function runSetup(sqlite: Database, lens: Lens, statements: readonly string[]): void {
  if (statements.length === 0) return;
  const foreignKeys = sqlite.pragma('foreign_keys', { simple: true });
  try {
    sqlite.exec(
      `PRAGMA foreign_keys = OFF; SAVEPOINT ${savepoint};\n${statements.join('\n;\n')}\n;\nRELEASE ${savepoint}`,
    );
  } catch (cause) {
    // Some errors roll back by themselves.
    if (sqlite.inTransaction) sqlite.exec(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
    throw isAboutRows(cause) ? migrationFailure(sqlite.name, lens, cause) : cause;
  } finally {
    sqlite.exec(`PRAGMA foreign_keys = ${foreignKeys}`);
  }
}

const savepoint = 'varve_lens';

/** Of the codes that a statement can end with, those that say nothing of the file or the disk. */
const aboutRows = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG)/;

function isAboutRows(cause: unknown): cause is Error {
  return isSqliteError(cause) ? aboutRows.test(cause.code) : cause instanceof Error;
}

function migrationFailure(path: string, { from, to }: Lens, cause: Error): VarveError {
  const reason = cause.message;
  return new VarveError(
    'MIGRATION_FAILED',
    `the pending migrations fail on the rows of this file: ${reason}`,
    {
      hint: 'write a migration that fits these rows, or set the file aside',
      path,
      details: { from, to, reason },
      cause,
    },
  );
}
