import { type Shape, type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { actionsOf, type PartOfReplay } from '../replay/index.ts';
import { keywordOf, nameKey, rowChangeOf, type SqlStatement, type SqlToken } from '../sql/index.ts';
import { asksForCounters } from './counters.ts';
import { addReached, identifiersIn, identifiersOf, isVirtual, knownNames } from './known-names.ts';
import { patchOf } from './patch-of.ts';
import { renameOf } from './read-alteration.ts';
import { schemaDifference } from './schema-difference.ts';

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
  // What is beyond a patch may have to do with anything.
  if (!patchOf(lineage, from)) return undefined;
  const pending = traceLineage(lineage).steps.slice(from).flat();
  // So may what a connection is told, and what SQLite counts.
  if (pending.some((step) => keywordOf(step.statement.tokens[0]) === 'PRAGMA' || asksForCounters(step)))
    return undefined;
  const known = knownNames(pending);
  const names = new Set(
    pending.flatMap(({ before, after }) => [before, after].flatMap((shape) => virtualNames(shape, known))),
  );
  const left = new Map(pending.map((step) => [step.statement, namesOfStep(step, lineage, known)]));
  const statements = new Set<SqlStatement>();
  for (let size = -1; size !== statements.size; ) {
    size = statements.size;
    for (const [statement, own] of left) {
      if (statements.has(statement) || ![...own].some((name) => names.has(name))) continue;
      statements.add(statement);
      for (const name of own) names.add(name);
    }
  }
  return { statements, names };
}

/** By name key, all of the schema that a statement mentions, reads or changes, by whatever it sets off. */
function namesOfStep(step: Step, lineage: Lineage, known: ReadonlySet<string>): ReadonlySet<string> {
  const { statement, before, after } = step;
  const { tokens } = statement;
  const names = new Set([...identifiersIn(tokens)].filter((name) => known.has(name)));
  const { dropped } = schemaDifference(before.objects, after.objects, renameOf(tokens));
  for (const { table } of dropped) names.add(nameKey(table));
  if (isOfSchemaAlone(tokens)) return names;
  const change = lineage.foreignKeys === 'off' ? undefined : rowChangeOf(statement);
  for (const { parent, child } of change ? actionsOf(change, before.acting()).actions : [])
    for (const table of [parent, child]) names.add(nameKey(table));
  addReached(names, step, known);
  return names;
}

/** Rows are not read or changed by it, but those of its own table. */
function isOfSchemaAlone(tokens: readonly SqlToken[]): boolean {
  const words = tokens.map(keywordOf);
  return words[0] === 'ALTER' || (words[0] === 'CREATE' && words[1] !== 'VIRTUAL' && !words.includes('AS'));
}

const namesIn = new WeakMap<Shape, readonly string[]>();

/** The virtual tables, what they keep for themselves, and the tables that their texts lie in. */
function virtualNames(shape: Shape, known: ReadonlySet<string>): readonly string[] {
  const found = namesIn.get(shape) ?? [
    ...shape.opaque.keys(),
    ...shape.objects.filter(isVirtual).flatMap((object) => [...identifiersOf(object)]),
  ];
  namesIn.set(shape, found);
  return found.filter((name) => known.has(name));
}
