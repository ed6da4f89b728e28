import type { Trigger } from '../ledger/index.ts';
import { nameKey, type RowChange } from '../sql/index.ts';
import type { ActingSchema } from './acting-schema.ts';
import type { SetOff } from './actions-set-off.ts';
import { type Consequences, whatComesOf } from './what-comes-of.ts';

/** What it takes for triggers of ours to do what foreign keys do, and for those of the schema to do no more than then. */
export interface HowToRun {
  /** Where rows are replaced, and in a cycle, triggers act only if they may set off themselves. */
  readonly isRecursive: boolean;
  /** Triggers of tables whose rows are only replaced: SQLite sets them off then only where triggers are recursive. */
  readonly aside: readonly Trigger[];
  /** Where no setting does it: the name keys of all tables whose rows may change, for foreign keys of SQLite's own. */
  readonly withKeys: ReadonlySet<string> | 'any' | undefined;
}

const plainly: HowToRun = { isRecursive: false, aside: [], withKeys: undefined };
const recursively: HowToRun = { isRecursive: true, aside: [], withKeys: undefined };

export function howToRun(
  change: RowChange | 'any' | undefined,
  setOff: SetOff,
  schema: ActingSchema,
): HowToRun {
  if (!change || setOff.actions.length === 0) return plainly;
  if (schema.triggers.some(({ isTemporary }) => isTemporary)) return recursively;
  const comes = change === 'any' ? undefined : whatComesOf(change, schema);
  if (!comes) return schema.triggers.length === 0 ? recursively : withKeys('any', schema);
  const replacesParents = [...comes.actions].some(
    ({ event, parent }) => event === 'DELETE' && comes.yielded.has(nameKey(parent)),
  );
  if (!replacesParents && !comes.isActionCyclic) return plainly;
  return recursivelyAsItIs(comes, schema);
}

function recursivelyAsItIs(comes: Consequences, schema: ActingSchema): HowToRun {
  const aside = schema.triggers.flatMap(({ name, sql, does }) => {
    const isReplaced = does?.event === 'DELETE' && comes.yielded.has(does.table);
    return isReplaced ? [{ name, sql, table: does.table }] : [];
  });
  const isMixed = aside.some(({ table }) => comes.deleted.has(table));
  if (comes.isTriggerCyclic || isMixed || mayLoseUpdated(comes)) return withKeys(comes.touched, schema);
  return { ...recursively, aside };
}

/** A row in the middle of its update, for which others make place: no trigger may take it away then. */
function mayLoseUpdated({ actions, deleted, yieldedToUpdates }: Consequences): boolean {
  const changed = [...deleted, ...[...actions].map(({ child }) => nameKey(child))];
  return changed.some((table) => yieldedToUpdates.has(table));
}

/** What a virtual table keeps cannot be carried over from another database. */
function withKeys(touched: ReadonlySet<string> | 'any', { virtual }: ActingSchema): HowToRun {
  const isKept = touched === 'any' ? virtual.size > 0 : [...touched].some((key) => virtual.has(key));
  return isKept ? recursively : { ...recursively, withKeys: touched };
}
