import { keywordOf, nameKey, type RowChange, rowidNames, tokenizeSql } from '../sql/index.ts';
import type { ActionColumn, ForeignKeyAction } from './foreign-key-actions.ts';

export interface SetOff {
  readonly actions: readonly ForeignKeyAction[];
  /** True where rows of a table may set off what changes rows of the same table. */
  readonly isCyclic: boolean;
}

/** The actions that a change of rows sets off, and those that these set off in turn. */
export function actionsSetOff(change: RowChange, all: readonly ForeignKeyAction[]): SetOff {
  const found = new Set<ForeignKeyAction>();
  let isCyclic = false;
  const follow = (
    table: string,
    { deletes, updates }: Omit<RowChange, 'table' | 'replaces'>,
    path: string[],
  ) => {
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

/** What of a schema tells which actions a change sets off. */
export interface ActingSchema {
  readonly actions: readonly ForeignKeyAction[];
  readonly hasTriggers: boolean;
  /** A trigger deletes or replaces rows, of whatever table. */
  readonly hasDeletingTriggers: boolean;
  /** Name keys of tables with a constraint ON CONFLICT REPLACE. */
  readonly yielding: ReadonlySet<string>;
}

/** The actions that a statement may set off. Triggers may change rows of any table. */
export function actionsOf(change: RowChange | 'any' | undefined, schema: ActingSchema): SetOff {
  const { actions, hasTriggers, hasDeletingTriggers, yielding } = schema;
  if (!change || actions.length === 0) return { actions: [], isCyclic: false };
  // What a statement says of conflicts goes for its triggers too: https://www.sqlite.org/lang_createtrigger.html
  const mayReplace = hasTriggers && (change === 'any' || change.replaces || yielding.size > 0);
  if (change === 'any' || hasDeletingTriggers || mayReplace) return withCycles(actions, actions);
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
  return actionsSetOff({ table: nameKey(parent), deletes: true, replaces: false, updates }, all).isCyclic;
}

/** Where rows are replaced, and in a cycle, triggers act only if they may set off themselves. */
export function needsRecursion(
  change: RowChange | 'any' | undefined,
  { isCyclic }: SetOff,
  { yielding }: ActingSchema,
): boolean {
  if (!change) return false;
  return isCyclic || change === 'any' || change.replaces || yielding.has(change.table);
}

interface NamedObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

export function actingSchema(
  actions: readonly ForeignKeyAction[],
  objects: readonly NamedObject[],
): ActingSchema {
  const yielding = objects.filter(
    ({ type, sql }) => type === 'table' && /CONFLICT\s+REPLACE/i.test(sql ?? ''),
  );
  const triggers = objects.filter(({ type }) => type === 'trigger');
  return {
    actions,
    hasTriggers: triggers.length > 0,
    hasDeletingTriggers: triggers.some(({ sql }) => mayDelete(sql ?? '')),
    yielding: new Set(yielding.map(({ name }) => nameKey(name))),
  };
}

const deleting = new Map<string, boolean>();
const mostTexts = 5000;

/** Whether the body of a trigger says DELETE or REPLACE, the function of that name included. */
function mayDelete(trigger: string): boolean {
  const known = deleting.get(trigger);
  if (known !== undefined) return known;
  const words = [...tokenizeSql(trigger)].map(keywordOf);
  const body = words.slice(words.indexOf('BEGIN') + 1);
  if (deleting.size > mostTexts) deleting.clear();
  deleting.set(trigger, body.includes('DELETE') || body.includes('REPLACE'));
  return deleting.get(trigger) ?? true;
}
