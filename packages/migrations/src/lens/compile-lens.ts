import type { Lineage } from '../lineage.ts';
import { headTables } from './head-tables.ts';
import { headViews } from './head-views.ts';
import type { Lens, LensRefusal } from './lens.ts';
import { LensTables } from './lens-tables.ts';
import { nameKey } from './name-key.ts';
import { operationOf } from './operations/index.ts';
import { Refused, RefusedEverywhere } from './refused.ts';
import { setupStatements } from './setup-statements.ts';
import { type Shape, type Step, traceLineage } from './trace-lineage.ts';

const cache = new WeakMap<Lineage, Map<number, Lens>>();

/**
 * Compiles the migrations that a file of version `from` has not had into one query per head table. Pure, and done once
 * for a lineage and a version. A statement that has no exact counterpart is named in the lens's `refusal`.
 *
 * @throws MIGRATION_REFUSED for a lineage that holds a statement which may not run at all.
 */
export function compileLens(lineage: Lineage, from: number): Lens {
  const lenses = cache.get(lineage) ?? new Map<number, Lens>();
  cache.set(lineage, lenses);
  const known = lenses.get(from);
  if (known) return known;
  const lens = compile(lineage, from);
  lenses.set(from, lens);
  return lens;
}

function compile(lineage: Lineage, from: number): Lens {
  const trace = traceLineage(lineage);
  const to = lineage.migrations.length;
  const refused = (refusal: LensRefusal): Lens => ({ from, to, tables: [], views: [], setup: [], refusal });
  if (trace.failure) {
    const { migration, statement, reason } = trace.failure;
    return refused({
      migration: migration.name,
      statement,
      reason: `it fails on an empty database: ${reason}`,
    });
  }
  const start = trace.shapes[from] as Shape;
  const head = trace.shapes[to] as Shape;
  const tables = new LensTables(start);
  try {
    for (const step of trace.steps.slice(from).flat()) applyStep(step, lineage, tables);
    const lensTables = headTables(head, start, tables);
    const views = headViews(head, start, lensTables);
    const setup = setupStatements(lensTables, views, head, start);
    return { from, to, tables: lensTables, views, setup, refusal: undefined };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { migration, statement } = error.place ?? { migration: '', statement: '' };
    return refused({ migration, statement, reason: error.message });
  }
}

/** A table whose rows cannot be told any more matters only if head, or a later statement, needs them. */
function applyStep(step: Step, lineage: Lineage, tables: LensTables): void {
  const place = { migration: step.migration.name, statement: step.statement.text };
  const operation = operationOf(step.statement);
  if (step.before.isObscured || step.after.isObscured) {
    throw new RefusedEverywhere('TEMP objects hide tables or watch over them', place);
  }
  if (!operation) throw new RefusedEverywhere('the lens does not know this kind of statement', place);
  try {
    operation.apply({ step, lineage, tables });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const refused = new Refused(error.message, error.place ?? place);
    const target = operation.target(step.statement);
    if (error instanceof RefusedEverywhere || !isTable(target, step)) throw refused;
    tables.set(target, refused);
  }
}

function isTable(name: string | undefined, { before, after }: Step): name is string {
  const key = nameKey(name ?? '');
  return name !== undefined && (before.tables.has(key) || after.tables.has(key));
}
