import type { SchemaObject } from '../../replay/index.ts';
import { keywordOf, nameAt, nameKey, type SqlStatement } from '../../sql/index.ts';
import type { LintRule } from '../lint-rule.ts';
import { rebuiltTables } from '../rebuilds.ts';

/** Indexes and triggers that drizzle-kit does not know of, or that are meant to go: the SQL does not tell which. */
export const rebuildDrops: LintRule<'rebuild-drops'> = {
  code: 'rebuild-drops',
  severity: 'error',
  hint: 'add the statement after the rename that ends the rebuild; if it is meant to go, say so: DROP INDEX or DROP TRIGGER before DROP TABLE',
  check({ statements, objectsBefore, objectsAfter }) {
    const dropped = new Set(statements.flatMap((statement) => droppedObject(statement) ?? []));
    return [...rebuiltTables(statements)].flatMap(([table, statement]) =>
      objectsBefore
        .filter((it) => isPartOf(it, table) && !dropped.has(keyOf(it)))
        .filter((it) => !objectsAfter.some((other) => keyOf(other) === keyOf(it)))
        .map(({ type, name, sql }) => ({
          message: `the rebuild of ${table} loses the ${type} ${name}; to keep it, add: ${sql};`,
          statement,
        })),
    );
  },
};

function isPartOf({ type, table }: SchemaObject, name: string): boolean {
  return (type === 'index' || type === 'trigger') && table.toLowerCase() === name;
}

function keyOf({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string {
  return `${type} ${nameKey(name)}`;
}

function droppedObject({ tokens }: SqlStatement): string | undefined {
  const kind = keywordOf(tokens[1]);
  if (keywordOf(tokens[0]) !== 'DROP' || (kind !== 'INDEX' && kind !== 'TRIGGER')) return undefined;
  const name = nameAt(tokens, 2);
  return name === undefined ? undefined : keyOf({ type: kind === 'INDEX' ? 'index' : 'trigger', name });
}
