import type { Step } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { keywordOf, nameKey, quoteIdentifier, tokenizeSql } from '../sql/index.ts';
import { asKey } from './definitions.ts';
import { type KeptRows, keptRowsReader } from './kept-rows.ts';
import { addReached, identifiersIn } from './known-names.ts';
import type { PatchOperation, RunOperation } from './operation.ts';
import type { Alteration } from './patch.ts';
import { type Rebuild, readRebuild } from './read-rebuild.ts';
import { editOf, failIfAny, prelude, remake, renumber, retold } from './rebuild-operations.ts';
import { schemaDifference } from './schema-difference.ts';
import { hiddenRowidOf } from './table-keys.ts';

/** What reads a rebuild needs to know of the statements before it. */
export interface RebuildContext {
  readonly known: ReadonlySet<string>;
  /** Whether only a replay does what a statement does. */
  readonly isBeyond: (step: Step) => boolean;
  /** What a table, by name key, was called in the file; undefined for one that was made since. */
  readonly startName: (table: string) => string | undefined;
  readonly isWritten: (table: string) => boolean;
  /** Whether this is a table of the file that hides its rowid under a name, and that no trigger watches. */
  readonly isOfStart: (table: string, rowid: string) => boolean;
  /** Takes note of a table that refers to others than before. */
  readonly refer: (table: string) => void;
}

/**
 * Reads rebuilds whose rows stay as they lie as edits of the schema. An index that is made again as it was stays as well.
 */
export class RebuildReader {
  readonly #keptRowsOf: (rebuild: Rebuild) => KeptRows | undefined;
  readonly #context: RebuildContext;
  readonly #remade = new Map<Step, Alteration | undefined>();
  /** Tables, by name key, whose hidden rowids count from 1 without a gap. */
  readonly #dense = new Set<string>();

  /** The tables of the file, by name, whose hidden rowids may be given out anew, with the name of that. */
  readonly renumbered = new Map<string, string>();

  /** What is done before all others: such rowids, while nothing has changed yet. */
  readonly opening: RunOperation[] = [];

  constructor(lineage: Lineage, context: RebuildContext) {
    this.#keptRowsOf = keptRowsReader(lineage);
    this.#context = context;
  }

  /** What the statements from a place on do, and how many these are; undefined where they are no such rebuild. */
  read(
    pending: readonly Step[],
    at: number,
  ): { readonly operations: readonly PatchOperation[]; readonly count: number } | undefined {
    const step = pending[at] as Step;
    if (this.#remade.has(step)) return { operations: remake(this.#remade.get(step)), count: 1 };
    const rebuild = keywordOf(step.statement.tokens[0]) === 'CREATE' ? readRebuild(pending, at) : undefined;
    if (!rebuild || rebuild.steps.some(this.#context.isBeyond)) return undefined;
    const kept = this.#keptRowsOf(rebuild);
    if (!kept || isReadInOtherOrder(rebuild)) return undefined;
    return { operations: this.#operationsOf(rebuild, kept, pending.slice(at + 4)), count: 4 };
  }

  /** Takes note of statements that are run. */
  follow(operations: readonly PatchOperation[]): void {
    for (const operation of operations) {
      if (operation.kind === 'edit' || !operation.mayOrphan) continue;
      for (const name of operation.names) this.#dense.delete(name);
    }
  }

  #operationsOf(rebuild: Rebuild, kept: KeptRows, later: readonly Step[]): PatchOperation[] {
    const names = new Set<string>();
    for (const step of rebuild.steps) {
      for (const name of identifiersIn(step.statement.tokens))
        if (this.#context.known.has(name)) names.add(name);
      addReached(names, step, this.#context.known);
    }
    for (const { name } of [...rebuild.dropped, ...rebuild.changed.map(({ to }) => to)])
      names.add(nameKey(name));
    const key = nameKey(rebuild.to.name);
    if (kept.refersElsewhere) this.#context.refer(key);
    const gone = rebuild.dropped.filter((object) => !this.#isRemade(object, rebuild, later));
    const drops = gone.map(({ type, name }) => `DROP ${type.toUpperCase()} ${quoteIdentifier(name)}`);
    const looks = kept.misfits === undefined ? [] : [failIfAny(kept.misfits)];
    const first = [...drops, ...looks, ...this.#renumber(rebuild, names)];
    const edit = editOf(rebuild, names);
    if (first.length === 0) return [edit];
    const columns =
      drops.length > 0 ? undefined : identifiersIn(looks.flatMap((sql) => [...tokenizeSql(sql)]));
    const looksAt = first.length === looks.length ? key : undefined;
    return [{ ...prelude(first.join(';\n'), names, columns), looksAt }, edit];
  }

  /** A replay counts rows anew where no column shows what they are counted by. */
  #renumber({ old, to, from, steps: [{ before }] }: Rebuild, names: ReadonlySet<string>): string[] {
    const key = nameKey(to.name);
    const rowid = old.hasRowid && !old.rowidAlias ? hiddenRowidOf(old.columns) : undefined;
    if (rowid === undefined || this.#dense.has(key)) return [];
    this.#dense.add(key);
    const start = this.#context.startName(key);
    const isWritten = this.#context.isWritten(key);
    if (start === undefined) return isWritten ? [renumber(from.name, rowid)] : [];
    this.renumbered.set(start, rowid);
    const isWatched = before.objects.some(({ type, table }) => type === 'trigger' && nameKey(table) === key);
    if (isWritten || isWatched || !this.#context.isOfStart(start, rowid)) return [renumber(from.name, rowid)];
    this.opening.push(prelude(renumber(start, rowid), new Set([...names, nameKey(start)]), new Set()));
    return [];
  }

  /** Whether a statement makes an index again as it was, before any other has to do with its table. */
  #isRemade(object: SchemaObject, { to }: Rebuild, later: readonly Step[]): boolean {
    if (object.type !== 'index') return false;
    for (const step of later) {
      const { created } = schemaDifference(step.before.objects, step.after.objects);
      const [made] = created;
      if (made?.type === 'index' && created.length === 1) {
        if (nameKey(made.name) !== nameKey(object.name)) continue;
        if (made.name !== object.name || !isSameText(made.sql, object.sql)) return false;
        this.#remade.set(step, made.sql === object.sql ? undefined : retold(object, made));
        return true;
      }
      const names = new Set(
        [...identifiersIn(step.statement.tokens)].filter((it) => this.#context.known.has(it)),
      );
      addReached(names, step, this.#context.known);
      if (names.has(nameKey(to.name)) || names.has(nameKey(object.name))) return false;
    }
    return false;
  }
}

/** Where an index holds all that is read, rows come in its order, and are counted so; `SELECT *` may keep rowids. */
function isReadInOtherOrder({ old, sources, steps: [{ before }, fill] }: Rebuild): boolean {
  if (!old.hasRowid || old.rowidAlias) return false;
  if (fill.statement.tokens.some(({ text }) => text === '*')) return true;
  if (hiddenRowidOf(old.columns) === undefined) return true;
  const read = new Set(sources.values());
  const covers = (columns: ReadonlySet<string>) => [...read].every((column) => columns.has(column));
  const key = nameKey(old.name);
  const constraints = (before.uniqueKeys.get(key) ?? []).map((columns) => new Set(columns.map(nameKey)));
  const indexes = before.objects.filter((it) => it.type === 'index' && nameKey(it.table) === key);
  return [...constraints, ...indexes.map(({ sql }) => identifiersIn(tokenizeSql(sql)))].some(covers);
}

function isSameText(one: string, other: string): boolean {
  const [key, otherKey] = [one, other].map((sql) =>
    [...tokenizeSql(sql)]
      .filter(({ kind }) => kind !== 'comment')
      .map(asKey)
      .join(' '),
  );
  return key === otherKey;
}
