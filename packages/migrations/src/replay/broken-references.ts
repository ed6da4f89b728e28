import type { Lineage } from '../lineage/index.ts';
import { splitStatements } from '../sql/index.ts';
import { newViolations, type ReferenceViolations, underNewNames } from './reference-violations.ts';

/** The references that more rows violate at head than at a version before, by the names that tables have at head. */
export function brokenReferences(
  { migrations }: Lineage,
  from: number,
  before: ReferenceViolations,
  after: ReferenceViolations,
): string[] {
  if (newViolations(before, after).length === 0) return [];
  const statements = migrations.slice(from).flatMap(({ sql }) => splitStatements(sql));
  return newViolations(underNewNames(before, statements), after);
}
