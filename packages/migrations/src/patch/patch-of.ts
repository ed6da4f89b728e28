import { type Shape, type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { isAlterColumn, lastNameOf } from '../replay/index.ts';
import { nameKey } from '../sql/index.ts';
import { isBeyondPatch } from './beyond-patch.ts';
import { droppedUnread } from './dropped-unread.ts';
import { joinUpdates } from './join-updates.ts';
import { identifiersOf, knownNames } from './known-names.ts';
import { leaveToCheck } from './leave-to-check.ts';
import { onceFor } from './once-for.ts';
import type { PatchOperation } from './operation.ts';
import type { Patch } from './patch.ts';
import { OperationReader } from './read-operations.ts';
import { RebuildReader } from './rebuild-in-place.ts';
import { scheduleOperations } from './schedule.ts';
import { hiddenRowidOf } from './table-keys.ts';

export type PatchUpdates = 'joined' | 'as written';

export interface PatchKind {
  /** Whether UPDATEs that come to one are run as one, by the expressions that the lens makes of them. */
  readonly updates?: PatchUpdates;
  /** Whether somebody checks the file afterwards: whether rows fit need not be asked before. */
  readonly isChecked?: boolean;
}

/** Compiles a kind of patch of a version. */
type Compiler = (kind: Required<PatchKind>) => Patch | undefined;

const compilers = new WeakMap<Lineage, Map<number, Compiler | undefined>>();

/** Undefined where only a replay is exact. Depends on the lineage and the version alone, and is done once for them. */
export function patchOf(
  lineage: Lineage,
  from: number,
  { updates = 'joined', isChecked = true }: PatchKind = {},
): Patch | undefined {
  const known = compilersOf(lineage);
  if (!known.has(from)) known.set(from, compilerOf(lineage, from));
  return known.get(from)?.({ updates, isChecked });
}

function compilersOf(lineage: Lineage): Map<number, Compiler | undefined> {
  const known = compilers.get(lineage) ?? new Map<number, Compiler | undefined>();
  compilers.set(lineage, known);
  return known;
}

/** The patches of a version, of files that are checked afterwards, by what becomes of their UPDATEs: plain data. */
export type CompiledPatches = ReadonlyMap<PatchUpdates, Patch>;

/** What `takePatches` takes. Undefined where only a replay is exact. */
export function compilePatches(
  lineage: Lineage,
  from: number,
  kinds: readonly PatchUpdates[],
): CompiledPatches | undefined {
  const patches = new Map<PatchUpdates, Patch>();
  for (const updates of kinds) {
    const patch = patchOf(lineage, from, { updates });
    if (!patch) return undefined;
    patches.set(updates, patch);
  }
  return patches;
}

/** Has `patchOf` answer what another process compiled of the same lineage. A patch that is in use already stays. */
export function takePatches(lineage: Lineage, from: number, patches: CompiledPatches | undefined): void {
  const known = compilersOf(lineage);
  if (known.has(from)) return;
  const compileHere = onceFor((it: Lineage) => compilerOf(it, from));
  const takeOr: Compiler = (kind) =>
    (kind.isChecked && patches?.get(kind.updates)) || compileHere(lineage)?.(kind);
  known.set(from, patches && takeOr);
}

function compilerOf(lineage: Lineage, from: number): Compiler | undefined {
  const { failure, shapes, steps } = traceLineage(lineage);
  const [start, head] = [shapes[from], shapes[lineage.migrations.length]];
  if (failure || !start || !head) return undefined;
  const pending = steps.slice(from).flat();
  const names = knownNames(pending);
  const reader = new OperationReader(lineage, names, pending);
  const rebuilds = new RebuildReader(lineage, {
    known: names,
    isBeyond: isBeyondPatch,
    startName: (table) => reader.startName(table),
    isWritten: (table) => reader.written.has(table),
    isOfStart: (table, rowid) => hidesRowid(start, table, rowid),
    refer: (table) => reader.referring.add(table),
  });
  const separate: PatchOperation[] = [];
  const stepOf = new Map<PatchOperation, Step>();
  for (let at = 0; at < pending.length; ) {
    const kept = rebuilds.read(pending, at);
    const read = kept?.operations ?? reader.read(pending[at] as Step);
    if (!read) return undefined;
    rebuilds.follow(read);
    separate.push(...read);
    const [only] = read;
    if (only && read.length === 1) stepOf.set(only, pending[at] as Step);
    at += kept?.count ?? 1;
  }
  // Where a column holds what it would not store, to write it again would change it.
  const isLoose = steps
    .slice(0, from)
    .flat()
    .some(({ statement }) => isAlterColumn(statement));
  const joined = isLoose ? separate : joinUpdates(separate, stepOf, lineage);
  const known = new Map<string, Patch>();
  return ({ updates, isChecked }) => {
    const read = updates === 'joined' ? joined : separate;
    const key = `${joined.length < separate.length ? updates : 'joined'} ${isChecked}`;
    const patch = known.get(key) ?? patchBy(read, { start, head, pending, reader, rebuilds, isChecked });
    known.set(key, patch);
    return patch;
  };
}

interface Reading {
  readonly start: Shape;
  readonly head: Shape;
  readonly pending: readonly Step[];
  readonly reader: OperationReader;
  readonly rebuilds: RebuildReader;
  readonly isChecked: boolean;
}

function patchBy(own: readonly PatchOperation[], reading: Reading): Patch {
  const { start, head, pending, reader, rebuilds, isChecked } = reading;
  const all = [...rebuilds.opening, ...own];
  const { operations, demanding } = isChecked ? leaveToCheck(all) : { operations: all, demanding: [] };
  const runs = operations.filter((it) => it.kind === 'run' && !it.isPrelude);
  const read = namesOf(runs);
  for (const name of droppedUnread(start, operations)) read.delete(name);
  const statements = pending.map(({ statement }) => statement);
  const after = childrenIn(head, reader);
  const left = new Set(after.map(nameKey));
  const before = childrenIn(start, reader, (name) => left.has(nameKey(lastNameOf(name, statements))));
  const tables = start.objects.filter(({ type }) => type === 'table').map(({ name }) => name);
  return {
    batches: scheduleOperations(operations),
    touched: namesOf(operations.filter((it) => it.kind === 'run' || !it.isAddition)),
    made: new Set(
      operations.flatMap((it) =>
        it.kind === 'edit' ? it.creations.map(({ object }) => nameKey(object.name)) : [],
      ),
    ),
    readTables: tables.filter((name) => read.has(nameKey(name))),
    renumbered: [...rebuilds.renumbered].map(([table, rowid]) => ({ table, rowid })),
    written: reader.written,
    children: { before, after },
    unrepeatable: namesTainted(operations),
    demanding: new Set(demanding),
  };
}

/** The tables that refer to others and may be left with a row whose parent is gone, or are asked for. */
function childrenIn(
  { objects }: Shape,
  { written, orphaning, referring }: OperationReader,
  isAskedFor: (table: string) => boolean = () => false,
): string[] {
  return objects
    .filter((object) => object.type === 'table' && identifiersOf(object).has('references'))
    .filter((object) => {
      const isLeft = [...identifiersOf(object)].some((name) => orphaning.has(name));
      const isOther = [written, referring].some((names) => names.has(nameKey(object.name)));
      return isLeft || isOther || isAskedFor(object.name);
    })
    .map(({ name }) => name);
}

function hidesRowid({ tables, objects }: Shape, table: string, rowid: string): boolean {
  const isWatched = objects.some((it) => it.type === 'trigger' && nameKey(it.table) === nameKey(table));
  const found = tables.get(nameKey(table));
  return !isWatched && found !== undefined && hiddenRowidOf(found.columns) === rowid && !found.rowidAlias;
}

function namesOf(operations: readonly PatchOperation[]): Set<string> {
  return new Set(operations.flatMap(({ names }) => [...names]));
}

/** What a clock or chance says may be copied on. */
function namesTainted(operations: readonly PatchOperation[]): Set<string> {
  const tainted = new Set<string>();
  for (const operation of operations) {
    const isSource = operation.kind === 'run' && !operation.isRepeatable;
    if (!isSource && ![...operation.names].some((name) => tainted.has(name))) continue;
    if (operation.kind === 'run' || !operation.isAddition)
      for (const name of operation.names) tainted.add(name);
  }
  return tainted;
}
