import { type ErrorCode, VarveError } from '@varve/schema';
import type { Database } from 'better-sqlite3';
import { type LedgerRow, ledgerTable, readLedger } from './ledger.ts';
import type { Lineage, Migration } from './lineage.ts';
import { acceptedHashes } from './migration-hash.ts';
import { applicationId } from './version-hint.ts';

/**
 * How a file stands to a lineage's head. `version` counts the lineage's migrations that the file has had, up to the
 * first that differs.
 */
export type FileIdentity =
  | { readonly state: 'current' | 'behind'; readonly version: number }
  | { readonly state: 'ahead'; readonly version: number; readonly aheadBy: number }
  | {
      readonly state: 'diverged';
      readonly version: number;
      /** The lineage's migration at which the two part. */
      readonly migration: string;
      /** True when the file had a migration of the same stamp or name, with another text. */
      readonly edited: boolean;
    }
  | { readonly state: 'foreign' | 'unstamped' | 'empty'; readonly version: 0 };

/** Compares a file's ledger with the lineage. Writes nothing. */
export function identifyFile(sqlite: Database, lineage: Lineage): FileIdentity {
  const ledger = readLedger(sqlite);
  return ledger?.length ? identifyLedger(ledger, lineage) : identifyWithoutLedger(sqlite);
}

/** Compares applied migrations, in their order and at least one, with the lineage's. */
export function identifyLedger(ledger: readonly LedgerRow[], lineage: Lineage): FileIdentity {
  const { migrations } = lineage;
  const first = ledger.findIndex((row, at) => {
    const migration = migrations[at];
    return !migration || !isSameMigration(row, migration);
  });
  if (first === -1) {
    return { state: ledger.length === migrations.length ? 'current' : 'behind', version: ledger.length };
  }
  const migration = migrations[first];
  if (!migration) return { state: 'ahead', version: first, aheadBy: ledger.length - first };
  const row = ledger[first] as LedgerRow;
  const edited = row.createdAtMs === migration.createdAtMs || row.name === migration.name;
  const isRelated =
    first > 0 || edited || ledger.some((it) => migrations.some((m) => isSameMigration(it, m)));
  if (!isRelated) return { state: 'foreign', version: 0 };
  return { state: 'diverged', version: first, migration: migration.name, edited };
}

/** Some Drizzle drivers store an empty hash; then the stamp or the name tells. */
function isSameMigration(row: LedgerRow, migration: Migration): boolean {
  if (row.hash !== '') return acceptedHashes(migration).includes(row.hash);
  return row.createdAtMs === migration.createdAtMs || row.name === migration.name;
}

function identifyWithoutLedger(sqlite: Database): FileIdentity {
  const tables = sqlite
    .prepare(`SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name <> ?`)
    .pluck()
    .get(ledgerTable) as number;
  const owner = sqlite.pragma('application_id', { simple: true });
  if (owner !== 0 && owner !== applicationId) return { state: 'foreign', version: 0 };
  return { state: tables === 0 ? 'empty' : 'unstamped', version: 0 };
}

/** The error that says why a file cannot be brought to head; undefined for a file that can. */
export function identityError(
  identity: FileIdentity,
  lineage: Lineage,
  path?: string,
): VarveError | undefined {
  const details = { ...identity, head: lineage.migrations.length, lineage: lineage.name };
  const error = (code: ErrorCode, message: string, hint: string) =>
    new VarveError(code, message, { path, hint, details });
  switch (identity.state) {
    case 'current':
    case 'behind':
      return undefined;
    case 'ahead':
      return error(
        'VERSION_AHEAD',
        `the file has ${identity.aheadBy} migration(s) that lineage ${lineage.name} does not have`,
        'update this program to the version that wrote the file, or newer',
      );
    case 'diverged':
      return identity.edited
        ? error(
            'MIGRATION_EDITED',
            `migration ${identity.migration} was edited after this file had applied it`,
            `restore ${identity.migration} as it was merged and put the change into a new migration`,
          )
        : error(
            'VERSION_DIVERGED',
            `the file and lineage ${lineage.name} part at migration ${identity.migration}`,
            'open the file with the branch that wrote it; lineages that parted cannot be joined',
          );
    case 'foreign':
      return error(
        'VERSION_FOREIGN',
        `the file does not belong to lineage ${lineage.name}`,
        'check that the path and the migrations folder belong together',
      );
    case 'unstamped':
      return error(
        'VERSION_UNSTAMPED',
        'the file has tables but no record of the migrations it has had',
        'check that drizzle-kit push did not make it; recreate it through migrations',
      );
    case 'empty':
      return error(
        'FILE_EMPTY',
        'the database holds no tables',
        'remove the file, or restore it from a backup',
      );
  }
}

/** @throws the `identityError` of a file that cannot be brought to head. */
export function assertIdentified(identity: FileIdentity, lineage: Lineage, path?: string): void {
  const error = identityError(identity, lineage, path);
  if (error) throw error;
}
