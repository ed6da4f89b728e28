import { nameKey, type RowChange, rowidNames } from '../sql/index.ts';
import type { ActingSchema, OwnTrigger } from './acting-schema.ts';
import type { ActionColumn, ForeignKeyAction } from './foreign-key-actions.ts';

export interface SetOff {
  readonly actions: readonly ForeignKeyAction[];
  /** True where rows of a table may set off what changes rows of the same table. */
  readonly isCyclic: boolean;
}

type Effects = Pick<RowChange, 'table' | 'deletes' | 'updates'>;

/** The actions that a change of rows sets off, and those that these set off in turn. */
export function actionsSetOff(change: Effects, all: readonly ForeignKeyAction[]): SetOff {
  const found = new Set<ForeignKeyAction>();
  let isCyclic = false;
  const follow = (table: string, { deletes, updates }: Omit<Effects, 'table'>, path: string[]) => {
    for (const action of all) {
      if (nameKey(action.parent) !== table) continue;
      const isSetOff = action.event === 'DELETE' ? deletes : action.columns.some(isUpdated(updates));
      if (!isSetOff) continue;
      const child = nameKey(action.child);
      isCyclic ||= path.includes(child);
      if (found.has(action)) continue;
      found.add(action);
      const isGone = action.event === 'DELETE' && action.action === 'CASCADE';
      const set = action.columns.map((column) => nameKey(column.child));
      follow(child, { deletes: isGone, updates: isGone ? [] : set }, [...path, child]);
    }
  };
  follow(change.table, change, [change.table]);
  return { actions: [...found], isCyclic };
}

/** A rowid by its own name may be any column that is the key. */
function isUpdated(updates: readonly string[]): (column: ActionColumn) => boolean {
  return ({ parent }) => updates.includes(nameKey(parent)) || updates.some((it) => rowidNames.includes(it));
}

/** The actions that a statement may set off. Triggers may change rows of any table. */
export function actionsOf(change: RowChange | 'any' | undefined, schema: ActingSchema): SetOff {
  const { actions, triggers, yielding } = schema;
  const hasTriggers = triggers.length > 0;
  if (!change || actions.length === 0) return { actions: [], isCyclic: false };
  // What a statement says of conflicts goes for its triggers too: https://www.sqlite.org/lang_createtrigger.html
  const mayReplace = hasTriggers && (change === 'any' || change.replaces || yielding.size > 0);
  if (change === 'any' || triggers.some(mayDelete) || mayReplace) return withCycles(actions, actions);
  const replaces = change.replaces || yielding.has(change.table);
  const direct = actionsSetOff({ ...change, deletes: change.deletes || replaces }, actions);
  if (!hasTriggers) return direct;
  return withCycles(
    actions.filter((it) => it.event === 'UPDATE' || direct.actions.includes(it)),
    actions,
  );
}

function withCycles(found: readonly ForeignKeyAction[], all: readonly ForeignKeyAction[]): SetOff {
  return { actions: found, isCyclic: found.some((it) => isInCycle(it, all)) };
}

function isInCycle({ parent, columns }: ForeignKeyAction, all: readonly ForeignKeyAction[]): boolean {
  const updates = columns.map((column) => nameKey(column.parent));
  return actionsSetOff({ table: nameKey(parent), deletes: true, updates }, all).isCyclic;
}

function mayDelete({ does }: OwnTrigger): boolean {
  return !does || does.changes.some(({ deletes }) => deletes);
}
