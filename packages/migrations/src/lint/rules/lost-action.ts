import { nameKey } from '../../sql/index.ts';
import { findStatement } from '../find-statement.ts';
import type { IntendedReference, LintRule } from '../lint-rule.ts';
import type { SchemaFacts } from '../schema-facts.ts';

/** drizzle-kit 0.31 writes no action behind the REFERENCES of an ADD COLUMN. */
export const lostAction: LintRule<'lost-action'> = {
  code: 'lost-action',
  severity: 'error',
  hint: 'write the statement that the message has in its place: drizzle-kit leaves the action out where it adds a column',
  check({ before, after, intended, statements }) {
    return intended.flatMap((reference) => {
      const lost = lostBy(reference, after);
      if (lost === '' || lost === lostBy(reference, before)) return [];
      const { table, columns } = reference;
      const statement = findStatement(statements, { table, actions: ['add'], words: columns });
      if (!statement) return [];
      const what = `${table}.${columns.join(', ')} loses${lost}, which the schema says`;
      return [{ message: `${what}; write: ${statement.text}${lost};`, statement }];
    });
  },
};

/** What the key lacks, as SQL to put behind it; empty where it lacks nothing, or is not there at all. */
function lostBy(intended: IntendedReference, schema: SchemaFacts): string {
  const columns = intended.columns.map(nameKey).sort().join();
  const is = schema
    .get(nameKey(intended.table))
    ?.references.find((it) => it.parent === nameKey(intended.parent) && it.columns.join() === columns);
  if (!is) return '';
  const differs = (wanted: string, given: string) => wanted.toUpperCase() !== given.toUpperCase();
  return [
    differs(intended.onDelete, is.onDelete) ? ` ON DELETE ${intended.onDelete.toUpperCase()}` : '',
    differs(intended.onUpdate, is.onUpdate) ? ` ON UPDATE ${intended.onUpdate.toUpperCase()}` : '',
  ].join('');
}
