import { actionsOf, actionsSetOff, type ForeignKeyAction } from '../../replay/index.ts';
import { nameKey, quoteIdentifier, rowChangeOf } from '../../sql/index.ts';
import type { OperationContext } from '../operation.ts';
import { RefusedEverywhere } from '../refused.ts';

/** Rows of a parent that go: those of a table for which a condition holds. */
interface Going {
  readonly table: string;
  /** The name by which the condition knows them. */
  readonly alias: string;
  readonly condition: string;
}

/**
 * What a DELETE does to children by foreign keys, as statements of their own to be done before it: the children of
 * children first, so that each still finds the rows whose going it follows.
 *
 * @throws RefusedEverywhere where children come back to their parents, or a key is carried on
 */
export function changesOfChildren(going: Going, { step }: OperationContext): string[] {
  const { actions, isCyclic } = actionsOf(rowChangeOf(step.statement), step.before.acting());
  if (actions.length === 0) return [];
  if (isCyclic) throw new RefusedEverywhere('foreign keys lead from rows to others of their table');
  const columns = actions.flatMap(({ child, columns }) =>
    columns.map((it) => nameKey(`${child}.${it.child}`)),
  );
  if (new Set(columns).size < columns.length) throw new RefusedEverywhere('two foreign keys act on a column');
  return follow(going, actions);
}

/** @throws RefusedEverywhere for a statement that changes keys which foreign keys carry to children. */
export function assertNoActions({ step }: OperationContext): void {
  const { actions } = actionsOf(rowChangeOf(step.statement), step.before.acting());
  const [action] = actions;
  if (action) throw new RefusedEverywhere(`the foreign key of ${action.child} would act`);
}

function follow(going: Going, actions: readonly ForeignKeyAction[]): string[] {
  return actions
    .filter(({ parent, event }) => event === 'DELETE' && nameKey(parent) === nameKey(going.table))
    .flatMap((action) => changesBy(action, going, actions));
}

function changesBy(action: ForeignKeyAction, going: Going, actions: readonly ForeignKeyAction[]): string[] {
  const { child, columns } = action;
  const [table, alias] = [quoteIdentifier(child), quoteIdentifier(going.alias)];
  if (nameKey(child) === nameKey(going.alias)) throw new RefusedEverywhere(`it calls its table ${child}`);
  const same = columns.map(
    (it) => `${alias}.${quoteIdentifier(it.parent)} = ${table}.${quoteIdentifier(it.child)}`,
  );
  const parent = `${quoteIdentifier(going.table)} AS ${alias}`;
  const condition = `EXISTS (SELECT 1 FROM ${parent} WHERE (${going.condition}) AND ${same.join(' AND ')})`;
  if (action.action === 'CASCADE') {
    const deeper = follow({ table: child, alias: child, condition }, actions);
    return [...deeper, `DELETE FROM ${table} WHERE ${condition}`];
  }
  assertEndsHere(action, actions);
  const sets = columns.map((it) => {
    return `${quoteIdentifier(it.child)} = ${action.action === 'SET NULL' ? 'NULL' : `(${it.defaultSql})`}`;
  });
  return [`UPDATE ${table} SET ${sets.join(', ')} WHERE ${condition}`];
}

function assertEndsHere({ child, columns }: ForeignKeyAction, actions: readonly ForeignKeyAction[]): void {
  const updates = columns.map((it) => nameKey(it.child));
  const change = { table: nameKey(child), deletes: false, updates };
  if (actionsSetOff(change, actions).actions.length > 0) {
    throw new RefusedEverywhere(`foreign keys carry what becomes of ${child} on`);
  }
}
