import { findStatement } from '../find-statement.ts';
import type { LintRule } from '../lint-rule.ts';
import type { SchemaFacts } from '../schema-facts.ts';

export const missingParent: LintRule<'missing-parent'> = {
  code: 'missing-parent',
  severity: 'error',
  hint: 'export the table that it refers to from the schema module as well, and generate the migration anew',
  check({ before, after, statements }) {
    const known = new Set(missingParents(before).map(({ reference }) => reference));
    const missing = missingParents(after).filter(({ reference }) => !known.has(reference));
    return missing.map(({ reference, table, parent, columns }) => ({
      message: `${reference}, which is not there: every row that names one is refused`,
      statement:
        findStatement(statements, { table: parent, actions: ['drop table', 'rename'] }) ??
        findStatement(statements, { table, actions: ['add', 'create'], words: columns }),
    }));
  },
};

interface Reference {
  readonly reference: string;
  readonly table: string;
  readonly parent: string;
  readonly columns: readonly string[];
}

function missingParents(schema: SchemaFacts): Reference[] {
  return [...schema].flatMap(([table, { references }]) =>
    references
      .filter(({ parent }) => !schema.has(parent))
      .map(({ columns, parent }) => {
        return { reference: `${table}.${columns.join(', ')} refers to ${parent}`, table, parent, columns };
      }),
  );
}
