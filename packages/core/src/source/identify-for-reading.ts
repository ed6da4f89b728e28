import type { FileIdentity, Lineage } from '@varve/migrations';
import { identifyFile, identityError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { assertShape, compareWithNewer, type Database, findShapeDifferences } from '../file/index.ts';

/**
 * What becomes of a file that has more migrations than the lineage: `refuse` it, or, where all tables and columns that
 * head knows are still there and hold the same kinds of values, read that much of it.
 */
export type NewerFiles = 'refuse' | 'additive';

export interface IdentifyForReadingOptions {
  readonly path: string;
  readonly newer: NewerFiles;
}

/**
 * The version of a file that can be read at head, its tables compared with what that version has.
 *
 * @throws the codes of `assertIdentified`, SCHEMA_MISMATCH, VERSION_REORDERED; VERSION_AHEAD with `details.missing` and
 * `details.changed` for a newer file that lacks something head knows, or has it otherwise
 */
export function identifyForReading(
  sqlite: Database,
  lineage: Lineage,
  { path, newer }: IdentifyForReadingOptions,
): number {
  const identity = identifyFile(sqlite, lineage);
  const error = readingError(sqlite, { identity, lineage, path, newer });
  if (error) throw error;
  if (identity.state === 'ahead') return identity.version + identity.aheadBy;
  if (identity.state === 'reordered') assertReadable(sqlite, lineage, identity.version, path);
  else assertShape(sqlite, lineage, identity.version, path);
  return identity.version;
}

/** Migrations that were applied in another order may have made other tables. */
function assertReadable(sqlite: Database, lineage: Lineage, version: number, path: string): void {
  const { wrong, alike } = findShapeDifferences(sqlite, lineage, version);
  const tables = [...wrong, ...alike];
  if (tables.length === 0) return;
  throw new VarveError(
    'VERSION_REORDERED',
    `the file has had the migrations of version ${version} in another order, which made other tables: ${tables.join(', ')}`,
    {
      path,
      hint: 'read it with the branch that wrote it, or rebuild these tables by hand on a copy',
      details: { version, tables },
    },
  );
}

export interface JudgedFile extends IdentifyForReadingOptions {
  readonly identity: FileIdentity;
  readonly lineage: Lineage;
}

/** Why a file cannot be read at head; undefined for one that can. */
export function readingError(
  sqlite: Database,
  { identity, lineage, path, newer }: JudgedFile,
): VarveError | undefined {
  if (identity.state !== 'ahead' || newer === 'refuse') return identityError(identity, lineage, path);
  const { missing, changed } = compareWithNewer(sqlite, lineage);
  if (missing.length + changed.length === 0) return undefined;
  const what = [
    ...(missing.length > 0 ? [`has no ${missing.join(', ')} any more`] : []),
    ...(changed.length > 0 ? [`has ${changed.join(', ')} of another type, or with NULL`] : []),
  ];
  return new VarveError('VERSION_AHEAD', `the newer file ${what.join(', and ')}`, {
    path,
    hint: 'update this program to the version that wrote the file, or newer',
    details: { ...identity, missing, changed },
  });
}
