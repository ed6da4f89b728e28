import type { Lineage } from '../lineage.ts';
import { headTables } from './head-tables.ts';
import { headViews } from './head-views.ts';
import type { Lens, LensRefusal } from './lens.ts';
import { LensTables } from './lens-tables.ts';
import { operationOf } from './operations/index.ts';
import { Refused } from './refused.ts';
import { setupStatements } from './setup-statements.ts';
import { type LineageTrace, type Shape, type Step, traceLineage } from './trace-lineage.ts';

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
  const tables = new LensTables(start);
  for (const step of pendingSteps(trace, from)) {
    const reason = applyStep(step, lineage, tables);
    if (reason) return refused({ migration: step.migration.name, statement: step.statement.text, reason });
  }
  const head = trace.shapes[to] as Shape;
  const lensTables = headTables(head, start, tables);
  const views = headViews(head);
  return {
    from,
    to,
    tables: lensTables,
    views,
    setup: setupStatements(lensTables, views, head),
    refusal: undefined,
  };
}

function pendingSteps(trace: LineageTrace, from: number): Step[] {
  return trace.steps.slice(from).flat();
}

/** The reason why a step cannot be expressed, if it cannot. */
function applyStep(step: Step, lineage: Lineage, tables: LensTables): string | undefined {
  const operation = operationOf(step.statement);
  if (!operation) return 'the lens does not know this kind of statement';
  try {
    operation.apply({ step, lineage, tables });
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}
