import { type Shape, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { nameKey } from '../sql/index.ts';
import { identifiersOf, knownNames } from './known-names.ts';
import type { PatchOperation } from './operation.ts';
import type { Patch } from './patch.ts';
import { OperationReader } from './read-operations.ts';
import { scheduleOperations } from './schedule.ts';

const cache = new WeakMap<Lineage, Map<number, Patch | undefined>>();

/** Undefined where only a replay is exact. Depends on the lineage and the version alone, and is done once for them. */
export function patchOf(lineage: Lineage, from: number): Patch | undefined {
  const patches = cache.get(lineage) ?? new Map<number, Patch | undefined>();
  cache.set(lineage, patches);
  if (!patches.has(from)) patches.set(from, compilePatch(lineage, from));
  return patches.get(from);
}

function compilePatch(lineage: Lineage, from: number): Patch | undefined {
  const { failure, shapes, steps } = traceLineage(lineage);
  const [start, head] = [shapes[from], shapes[lineage.migrations.length]];
  if (failure || !start || !head) return undefined;
  const pending = steps.slice(from).flat();
  const reader = new OperationReader(lineage, knownNames(pending));
  const operations: PatchOperation[] = [];
  for (const step of pending) {
    const read = reader.read(step);
    if (!read) return undefined;
    operations.push(...read);
  }
  const runs = operations.filter((it) => it.kind === 'run');
  const read = namesOf(runs);
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
    written: reader.written,
    children: { before: childrenIn(start, reader), after: childrenIn(head, reader) },
    unrepeatable: namesTainted(operations),
  };
}

/** The tables that refer to others and may be left with a row whose parent is gone. */
function childrenIn({ objects }: Shape, { written, orphaning }: OperationReader): string[] {
  return objects
    .filter((object) => object.type === 'table' && identifiersOf(object).has('references'))
    .filter((object) => {
      const isLeft = [...identifiersOf(object)].some((name) => orphaning.has(name));
      return isLeft || written.has(nameKey(object.name));
    })
    .map(({ name }) => name);
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
