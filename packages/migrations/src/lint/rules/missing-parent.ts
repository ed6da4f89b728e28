import type { LintRule } from '../lint-rule.ts';
import type { SchemaFacts } from '../schema-facts.ts';

export const missingParent: LintRule<'missing-parent'> = {
  code: 'missing-parent',
  severity: 'error',
  hint: 'export the table that it refers to from the schema module as well, and generate the migration anew',
  check({ before, after }) {
    const known = new Set(missingParents(before));
    const missing = missingParents(after).filter((reference) => !known.has(reference));
    return missing.map((reference) => ({
      message: `${reference}, which is not there: every row that names one is refused`,
    }));
  },
};

function missingParents(schema: SchemaFacts): string[] {
  return [...schema].flatMap(([table, { references }]) =>
    references
      .filter(({ parent }) => !schema.has(parent))
      .map(({ columns, parent }) => `${table}.${columns.join(', ')} refers to ${parent}`),
  );
}
