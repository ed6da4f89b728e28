import { type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { keywordOf } from '../sql/index.ts';
import { isRepeatable } from './is-repeatable.ts';
import { addReached, identifiersIn, knownNames } from './known-names.ts';

const cache = new WeakMap<Lineage, Map<number, ReadonlySet<string>>>();

/**
 * By name key, the tables that may hold what a clock or chance said once the pending migrations of a version have run,
 * where no patch tells them apart: all that has to do with such a statement, however far.
 */
export function unrepeatableTables(lineage: Lineage, from: number): ReadonlySet<string> {
  const known = cache.get(lineage) ?? new Map<number, ReadonlySet<string>>();
  cache.set(lineage, known);
  const tables = known.get(from) ?? findTables(traceLineage(lineage).steps.slice(from).flat());
  known.set(from, tables);
  return tables;
}

function findTables(pending: readonly Step[]): ReadonlySet<string> {
  const known = knownNames(pending);
  const tainted = new Set<string>();
  for (const step of pending) {
    const { tokens } = step.statement;
    const names = new Set([...identifiersIn(tokens)].filter((name) => known.has(name)));
    addReached(names, step, known);
    // An index or a view holds no rows of its own; a new table none yet.
    const isEmpty = keywordOf(tokens[0]) === 'CREATE' && keywordOf(tokens[1]) !== 'TEMP' && !isFilled(step);
    if (isEmpty) continue;
    const isSource = !isRepeatable(step, names);
    if (isSource || [...names].some((name) => tainted.has(name))) for (const name of names) tainted.add(name);
  }
  return tainted;
}

function isFilled({ statement: { tokens } }: Step): boolean {
  return tokens.some((token) => keywordOf(token) === 'AS' || keywordOf(token) === 'VIRTUAL');
}
