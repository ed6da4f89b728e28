import type { FileIdentity, Lineage } from '@varve/migrations';
import { identifyFile, identityError } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { assertShape, findMissingColumns } from '../file/assert-shape.ts';
import type { Database } from '../file/open-database.ts';

export type NewerFiles = 'refuse' | 'additive';

export interface IdentifyForReadingOptions {
  readonly path: string;
  readonly newer: NewerFiles;
}

/**
 * The version of a file that can be read at head, its tables compared with what that version has.
 *
 * @throws the codes of `assertIdentified`, SCHEMA_MISMATCH; VERSION_AHEAD with `details.missing` for a newer file that
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
  assertShape(sqlite, lineage, identity.version, path);
  return identity.version;
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
