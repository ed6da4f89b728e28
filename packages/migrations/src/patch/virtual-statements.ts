import { traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import type { PartOfReplay } from '../replay/index.ts';
import { nameKey, type SqlStatement } from '../sql/index.ts';
import { knownNames } from './known-names.ts';
import { OperationReader } from './read-operations.ts';

const cache = new WeakMap<Lineage, Map<number, PartOfReplay | undefined>>();

/**
 * The pending statements of a version that have to do with its virtual tables, however far, and all that these have to do
 * with: all others could as well run before or after them, and make nothing of those tables. Undefined where that is not
 * certain.
 */
export function virtualStatements(lineage: Lineage, from: number): PartOfReplay | undefined {
  const known = cache.get(lineage) ?? new Map<number, PartOfReplay | undefined>();
  cache.set(lineage, known);
  if (!known.has(from)) known.set(from, findStatements(lineage, from));
  return known.get(from);
}

function findStatements(lineage: Lineage, from: number): PartOfReplay | undefined {
  const { steps, failure } = traceLineage(lineage);
  if (failure) return undefined;
  const pending = steps.slice(from).flat();
  const reader = new OperationReader(lineage, knownNames(pending));
  const reached = new Set(
    pending.flatMap(({ before, after }) => [...before.opaque.keys(), ...after.opaque.keys()]),
  );
  const left = new Map<SqlStatement, ReadonlySet<string>>();
  for (const step of pending) {
    const operations = reader.read(step);
    if (!operations) return undefined;
    left.set(step.statement, new Set(operations.flatMap(({ names }) => [...names])));
  }
  const found = new Set<SqlStatement>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [statement, names] of left) {
      if (found.has(statement) || ![...names].some((name) => reached.has(nameKey(name)))) continue;
      found.add(statement);
      for (const name of names) reached.add(name);
    }
  }
  return { statements: found, names: reached };
}
