import { nameKey, type RowChange, rowidNames } from '../sql/index.ts';
import type { ActingSchema, OwnTrigger } from './acting-schema.ts';
import type { ForeignKeyAction } from './foreign-key-actions.ts';

/** All that a statement may come to, by triggers and foreign keys, each of which may set off others. */
export interface Consequences {
  /** By name key: tables and views whose rows may change. */
  readonly touched: ReadonlySet<string>;
  /** Tables rows of which may go because others take their place. */
  readonly yielded: ReadonlySet<string>;
  /** Those of them whose rows may make place for one that is updated. */
  readonly yieldedToUpdates: ReadonlySet<string>;
  /** Tables rows of which a DELETE takes away. */
  readonly deleted: ReadonlySet<string>;
  readonly actions: ReadonlySet<ForeignKeyAction>;
  /** True where a trigger, or an action, may set off itself. */
  readonly isTriggerCyclic: boolean;
  readonly isActionCyclic: boolean;
}

type Program = OwnTrigger | ForeignKeyAction;

/** Undefined where a trigger that may be set off is not understood. */
export function whatComesOf(change: RowChange, schema: ActingSchema): Consequences | undefined {
  if (schema.triggers.some(({ does }) => !does)) return undefined;
  const search = new Search(schema, change.replaces);
  search.follow([change]);
  const cyclic = search.cyclicPrograms();
  return {
    touched: search.touched,
    yielded: search.yielded,
    yieldedToUpdates: search.yieldedToUpdates,
    deleted: search.deleted,
    actions: new Set([...search.found.keys()].filter(isAction)),
    isTriggerCyclic: cyclic.some(isTrigger),
    isActionCyclic: cyclic.some(isAction),
  };
}

function isTrigger(program: Program): program is OwnTrigger {
  return 'does' in program;
}

function isAction(program: Program): program is ForeignKeyAction {
  return !isTrigger(program);
}

class Search {
  readonly touched = new Set<string>();
  readonly yielded = new Set<string>();
  readonly yieldedToUpdates = new Set<string>();
  readonly deleted = new Set<string>();
  /** Each program with those that it sets off. */
  readonly found = new Map<Program, readonly Program[]>();
  readonly #schema: ActingSchema;
  /** What a statement says of conflicts goes for its triggers too: https://www.sqlite.org/lang_createtrigger.html */
  readonly #replacesAll: boolean;

  constructor(schema: ActingSchema, replacesAll: boolean) {
    this.#schema = schema;
    this.#replacesAll = replacesAll;
  }

  follow(changes: readonly RowChange[], by?: Program): readonly Program[] {
    // Where an action of a foreign key meets a conflict, the statement fails, whatever it says of conflicts.
    const mayYield = !by || isTrigger(by);
    const programs = changes.flatMap((change) => this.#setOffBy(change, mayYield));
    for (const program of programs) {
      if (this.found.has(program)) continue;
      this.found.set(program, []);
      this.found.set(program, this.follow(changesOf(program), program));
    }
    return programs;
  }

  #setOffBy(change: RowChange, mayYield: boolean): Program[] {
    const { table, inserts, updates } = change;
    const deletes = change.deletes && !change.replaces;
    const replaces = change.replaces || this.#replacesAll || this.#schema.yielding.has(table);
    const yields = mayYield && !deletes && replaces;
    this.touched.add(table);
    if (yields) this.yielded.add(table);
    if (yields && updates.length > 0) this.yieldedToUpdates.add(table);
    if (deletes) this.deleted.add(table);
    const happens = { INSERT: inserts, UPDATE: updates.length > 0, DELETE: deletes };
    const triggers = this.#schema.triggers.filter(({ does }) => does?.table === table && happens[does.event]);
    const actions = this.#schema.actions.filter(({ parent, event, columns }) => {
      if (nameKey(parent) !== table) return false;
      if (event === 'DELETE') return deletes || yields;
      return columns.some((it) => updates.includes(nameKey(it.parent)) || updates.some(isRowid));
    });
    return [...triggers, ...actions];
  }

  cyclicPrograms(): Program[] {
    return [...this.found.keys()].filter((program) => this.#reaches(program, program, new Set()));
  }

  #reaches(from: Program, wanted: Program, seen: Set<Program>): boolean {
    return (this.found.get(from) ?? []).some((next) => {
      if (next === wanted) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return this.#reaches(next, wanted, seen);
    });
  }
}

/** A rowid by its own name may be any column that is the key. */
function isRowid(column: string): boolean {
  return rowidNames.includes(column);
}

function changesOf(program: Program): readonly RowChange[] {
  if (isTrigger(program)) return program.does?.changes ?? [];
  const { event, action, child, columns } = program;
  const isGone = event === 'DELETE' && action === 'CASCADE';
  const updates = isGone ? [] : columns.map((column) => nameKey(column.child));
  return [{ table: nameKey(child), inserts: false, deletes: isGone, replaces: false, updates }];
}
