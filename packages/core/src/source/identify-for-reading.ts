import type { FileIdentity, Lineage } from '@varve/migrations';
import { identifyFile, identityError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { assertShape, type Database, findMissingColumns, findShapeDifferences } from '../file/index.ts';

export type NewerFiles = 'refuse' | 'additive';

export interface IdentifyForReadingOptions {
  readonly path: string;
  readonly newer: NewerFiles;
}

/**
 * The version of a file that can be read at head, its tables compared with what that version has.
 *
 * @throws the codes of `assertIdentified`, SCHEMA_MISMATCH, VERSION_REORDERED; VERSION_AHEAD with `details.missing` for a newer file that
 * lacks something head knows
 */
export function identifyForReading(
  sqlite: Database,
  lineage: Lineage,
  { path, newer }: IdentifyForReadingOptions,
): number {
  const identity = identifyFile(sqlite, lineage);
  if (identity.state === 'ahead' && newer === 'additive') {
    assertAdditive(sqlite, lineage, identity, path);
    return identity.version + identity.aheadBy;
  }
  const error = identityError(identity, lineage, path);
  if (error) throw error;
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

function assertAdditive(sqlite: Database, lineage: Lineage, identity: FileIdentity, path: string): void {
  const missing = findMissingColumns(sqlite, lineage);
  if (missing.length === 0) return;
  throw new VarveError('VERSION_AHEAD', `the newer file has no ${missing.join(', ')} any more`, {
    path,
    hint: 'update this program to the version that wrote the file, or newer',
    details: { ...identity, missing },
  });
}
