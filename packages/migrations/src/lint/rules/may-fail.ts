import { rowChangeOf } from '../../sql/index.ts';
import { findStatement, type Sought } from '../find-statement.ts';
import type { LintMark, LintRule } from '../lint-rule.ts';
import type { TableFacts } from '../schema-facts.ts';

export const mayFail: LintRule<'may-fail'> = {
  code: 'may-fail',
  severity: 'error',
  hint: 'fill or mend the rows earlier in the same migration, or give the column a default',
  check({ before, after, changes, statements }) {
    const changesRows = statements.some((statement) => rowChangeOf(statement) !== undefined);
    return [...before].flatMap(([name, was]) => {
      const newName = changes.tableAfter(name);
      const is = newName === undefined ? undefined : after.get(newName);
      if (!is || newName === undefined) return [];
      const columnNow = (column: string) => changes.columnAfter(name, column);
      const demands = [
        ...newNotNulls(newName, was, is, columnNow),
        ...newKeys(newName, was, is, columnNow).filter(
          ({ columns }) =>
            changesRows || !columns.some((column) => isNullEverywhere(column, was, is, columnNow)),
        ),
        ...newChecks(newName, was, is, columnNow),
        ...newReferences(newName, was, is, columnNow),
      ];
      return demands.map(({ message, actions, words }): LintMark => {
        return { message, statement: findStatement(statements, { table: newName, actions, words }) };
      });
    });
  },
};

/** What rows are held to from now on, and where that is written. */
interface Demand extends Pick<LintMark, 'message'>, Pick<Sought, 'actions'> {
  readonly words: readonly string[];
}

type ColumnNow = (column: string) => string;

function newNotNulls(table: string, was: TableFacts, is: TableFacts, columnNow: ColumnNow): Demand[] {
  const before = new Map([...was.columns].map(([name, facts]) => [columnNow(name), facts]));
  return [...is.columns].flatMap(([name, { isNotNull, hasDefault, isGenerated }]) => {
    if (!isNotNull || isGenerated || before.get(name)?.isNotNull) return [];
    const written = { actions: ['add', 'create'], words: [name] } as const;
    if (before.has(name))
      return [{ message: `${table}.${name} becomes NOT NULL: a row without a value fails`, ...written }];
    const message = `${table}.${name} is NOT NULL without a default: any row fails`;
    return hasDefault ? [] : [{ message, ...written }];
  });
}

/** Of a column that was just added: no two rows with NULL are equal. */
function isNullEverywhere(column: string, was: TableFacts, is: TableFacts, columnNow: ColumnNow): boolean {
  const facts = is.columns.get(column);
  const isNew = ![...was.columns.keys()].some((name) => columnNow(name) === column);
  return isNew && facts !== undefined && !facts.hasDefault && !facts.isGenerated;
}

interface KeyDemand extends Demand {
  readonly columns: readonly string[];
}

function newKeys(table: string, was: TableFacts, is: TableFacts, columnNow: ColumnNow): KeyDemand[] {
  const known = new Set(was.uniqueKeys.map((key) => key.map(columnNow).sort().join()));
  const added = is.uniqueKeys.filter((key) => !known.has(key.join()));
  return added.map((key) => ({
    message: `${table} becomes unique in ${key.join(', ')}: equal rows fail`,
    actions: ['index', 'create'],
    columns: key,
    words: ['UNIQUE', ...key.map((name) => name.replace(/^index /, ''))],
  }));
}

function newChecks(table: string, was: TableFacts, is: TableFacts, columnNow: ColumnNow): Demand[] {
  const known = new Set(was.checks.map((check) => check.map(columnNow).join(' ')));
  const added = is.checks.filter((check) => !known.has(check.join(' ')));
  return added.map((check) => ({
    message: `${table} gets CHECK (${check.join(' ')}): rows against it fail`,
    actions: ['create', 'add'],
    words: ['CHECK'],
  }));
}

function newReferences(table: string, was: TableFacts, is: TableFacts, columnNow: ColumnNow): Demand[] {
  const known = new Set(was.references.map(({ columns }) => columns.map(columnNow).sort().join()));
  const added = is.references.filter(
    ({ columns }) =>
      !known.has(columns.join()) && columns.some((it) => [...was.columns.keys()].map(columnNow).includes(it)),
  );
  return added.map(({ columns, parent }) => ({
    message: `${table} gets a reference from ${columns.join(', ')} to ${parent}: rows without a parent fail`,
    actions: ['add', 'create'],
    words: ['REFERENCES', ...columns],
  }));
}
