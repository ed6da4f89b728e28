import { type ErrorCode, VarveError } from '@varve/schema/errors';
import type { Database } from '../driver/index.ts';
import type { LedgerSettings, Lineage } from '../lineage/index.ts';
import type { LedgerStep } from './baseline.ts';
import { ledgerTableOf } from './find-ledger.ts';
import { guessLedger } from './guess-ledger.ts';
import { readLedger } from './ledger.ts';
import type { LedgerRow } from './ledger-row.ts';
import { lineageLedger, unfoldLedger } from './ledger-steps.ts';
import { applicationId } from './version-hint.ts';

/**
 * How a file stands to a lineage's head. `version` counts the lineage's migrations that the file has had, up to the
 * first that differs.
 */
export type FileIdentity =
  | { readonly state: 'current' | 'behind'; readonly version: number }
  | {
      /** It has had the lineage's first migrations in another order, as Drizzle 1.0 allows where branches meet. */
      readonly state: 'reordered';
      readonly version: number;
    }
  | { readonly state: 'ahead'; readonly version: number; readonly aheadBy: number }
  | {
      readonly state: 'diverged';
      readonly version: number;
      /** The lineage's migration at which the two part. */
      readonly migration: string;
      /** True when the file had a migration of the same stamp or name, with another text. */
      readonly edited: boolean;
    }
  | {
      /** The file has had some of the migrations that were folded into a baseline, and not all. */
      readonly state: 'squashed';
      readonly version: 0;
      readonly baseline: string;
      /** The first migration that it lacks. */
      readonly migration: string;
    }
  | { readonly state: 'foreign' | 'empty'; readonly version: 0 }
  | {
      readonly state: 'unstamped';
      readonly version: 0;
      /** The settings of a lineage that would read the table of it that looks like a record of migrations. */
      readonly ledger?: LedgerSettings;
    };

/** Compares a file's ledger with the lineage. Writes nothing. */
export function identifyFile(sqlite: Database, lineage: Lineage): FileIdentity {
  const ledger = readLedger(sqlite, lineage);
  return ledger?.length ? identifyLedger(ledger, lineage) : identifyWithoutLedger(sqlite, lineage);
}

/** Compares applied migrations, in their order and at least one, with the lineage's. */
export function identifyLedger(ledger: readonly LedgerRow[], lineage: Lineage): FileIdentity {
  const { steps, heights } = lineageLedger(lineage);
  const rows = unfoldLedger(ledger, lineage);
  const first = rows.findIndex((row, at) => {
    const step = steps[at];
    return !step || !isSameMigration(row, step);
  });
  if (first === -1) return identifyPrefix(rows.length, lineage);
  const reordered = reorderedVersion(rows, lineage);
  if (reordered !== undefined) return { state: 'reordered', version: reordered };
  const head = lineage.migrations.length;
  const step = steps[first];
  if (!step) return { state: 'ahead', version: head, aheadBy: rows.length - first };
  const row = rows[first] as LedgerRow;
  const edited = row.createdAtMs === step.createdAtMs || row.name === step.name;
  const isRelated =
    first > 0 || edited || rows.some((it) => steps.some((other) => isSameMigration(it, other)));
  if (!isRelated) return { state: 'foreign', version: 0 };
  const version = heights.findLastIndex((height) => height <= first);
  return { state: 'diverged', version, migration: step.name, edited };
}

/** Undefined unless the rows are those of a version, in another order. */
function reorderedVersion(rows: readonly LedgerRow[], lineage: Lineage): number | undefined {
  const { steps, heights } = lineageLedger(lineage);
  const version = heights.indexOf(rows.length);
  if (version === -1) return undefined;
  const missing = new Set(steps.slice(0, rows.length));
  for (const row of rows) {
    for (const step of missing) if (isSameMigration(row, step) && missing.delete(step)) break;
  }
  return missing.size === 0 ? version : undefined;
}

/** Of a ledger whose every row is the lineage's. */
function identifyPrefix(height: number, lineage: Lineage): FileIdentity {
  const { migrations } = lineage;
  const { steps, heights } = lineageLedger(lineage);
  const version = heights.indexOf(height);
  if (version !== -1) return { state: version === migrations.length ? 'current' : 'behind', version };
  const [baseline, missing] = [migrations[0]?.name ?? '', steps[height]?.name ?? ''];
  return { state: 'squashed', version: 0, baseline, migration: missing };
}

/** Some Drizzle drivers store an empty hash; then the stamp or the name tells. */
function isSameMigration(row: LedgerRow, step: LedgerStep): boolean {
  if (row.hash !== '') return step.hashes.includes(row.hash);
  return row.createdAtMs === step.createdAtMs || row.name === step.name;
}

function identifyWithoutLedger(sqlite: Database, lineage: Lineage): FileIdentity {
  const tables = sqlite
    .prepare(`SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name <> ?`)
    .pluck()
    .get(ledgerTableOf(lineage)) as number;
  const owner = sqlite.pragma('application_id', { simple: true });
  if (owner !== 0 && owner !== applicationId) return { state: 'foreign', version: 0 };
  if (tables === 0) return { state: 'empty', version: 0 };
  const ledger = guessLedger(sqlite);
  const isNew = ledger !== undefined && ledger.table !== lineage.ledger?.table;
  return { state: 'unstamped', version: 0, ...(isNew && { ledger }) };
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
    case 'reordered':
      return undefined;
    case 'ahead':
      return error(
        'VERSION_AHEAD',
        `the file has ${identity.aheadBy} migration(s) that lineage ${lineage.name} does not have`,
        "update this program to the version that wrote the file, or newer; to read what this one knows of it: --newer, newer: 'additive'",
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
            'open the file with the branch that wrote it; lineages that parted cannot be joined. What varve import made is read with --migrations standard',
          );
    case 'squashed':
      return error(
        'VERSION_SQUASHED',
        `the file lacks ${identity.migration}, which is folded into ${identity.baseline}`,
        `upgrade it with the release from before the squash, whose migrations still have ${identity.migration}`,
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
        identity.ledger
          ? `its table ${identity.ledger.table} looks like one: give defineLineage, or varve.config.ts, ledger: ${JSON.stringify(identity.ledger)}`
          : 'check that drizzle-kit push did not make it; recreate it through migrations',
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
