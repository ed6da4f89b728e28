import type { Lineage } from '../lineage/index.ts';
import { isAlterColumn } from '../replay/index.ts';
import { applyStep } from './apply-step.ts';
import { findLimit } from './find-limit.ts';
import { headTables } from './head-tables.ts';
import { headViews } from './head-views.ts';
import type { Lens } from './lens.ts';
import { LensTables } from './lens-tables.ts';
import { hasVirtual, ordinaryShape, ordinarySteps } from './ordinary-tables.ts';
import { Refused } from './refused.ts';
import { setupStatements } from './setup-statements.ts';
import type { Shape } from './shape.ts';
import { liveStages } from './stage/live-stages.ts';
import { renderStage } from './stage/render-stage.ts';
import { StepToStage } from './stage/step-to-stage.ts';
import { leastLimits, type QueryLimits, usualLimits } from './stage/store-rows.ts';
import { type Step, traceLineage } from './trace-lineage.ts';

type Cache = WeakMap<Lineage, Map<number, Lens>>;

const wholeLenses: Cache = new WeakMap();
const ordinaryLenses: Cache = new WeakMap();

/**
 * Compiles the migrations that a file of version `from` has not had into one query per head table. Pure, and done once
 * for a lineage and a version. A statement that has no exact counterpart is named in the lens's `refusal`.
 *
 * @throws MIGRATION_REFUSED for a lineage that holds a statement which may not run at all.
 *
 * @example
 * ```ts
 * import { compileLens, defineLineage } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * const [notes] = compileLens(lineage, 1).tables;
 * console.log(notes?.name, notes?.strategy); // notes view
 * ```
 */
export function compileLens(lineage: Lineage, from: number): Lens {
  return kept(wholeLenses, lineage, from, () => compile(lineage, from, 'all'));
}

/**
 * The lens of the ordinary tables alone, for who asks for nothing else: virtual tables, the triggers that keep them and
 * the views are left out, and what pending migrations do to them stands in nobody's way.
 */
export function compileOrdinaryLens(lineage: Lineage, from: number): Lens {
  const { failure, shapes } = traceLineage(lineage);
  if (failure || !hasVirtual(shapes.slice(from))) return compileLens(lineage, from);
  return kept(ordinaryLenses, lineage, from, () => compile(lineage, from, 'ordinary'));
}

function kept(cache: Cache, lineage: Lineage, from: number, make: () => Lens): Lens {
  const lenses = cache.get(lineage) ?? new Map<number, Lens>();
  cache.set(lineage, lenses);
  const lens = lenses.get(from) ?? make();
  lenses.set(from, lens);
  return lens;
}

type WhichTables = 'all' | 'ordinary';

/** What SQLite does not take in one query is stored in steps; what it does not take so either is replayed. */
function compile(lineage: Lineage, from: number, which: WhichTables): Lens {
  const lens = compileWithin(lineage, from, { limits: usualLimits, which });
  const limit = findLimit(lens, lineage);
  if (limit === undefined) return lens;
  const inSteps = compileWithin(lineage, from, { limits: leastLimits, which });
  const stillLimit = findLimit(inSteps, lineage);
  if (stillLimit === undefined) return inSteps;
  const { name } = lineage.migrations[from] ?? { name: '' };
  const reason = `SQLite does not take what the pending migrations are compiled into: ${stillLimit}`;
  return { ...nothing(lineage, from), refusal: { migration: name, statement: '', reason } };
}

function compileWithin(
  lineage: Lineage,
  from: number,
  options: Pick<CompileOptions, 'limits' | 'which'>,
): Lens {
  const staged = new Set<Step>();
  for (;;) {
    try {
      return compileWith(lineage, from, { ...options, staged });
    } catch (error) {
      if (!(error instanceof StepToStage)) throw error;
      staged.add(error.step);
    }
  }
}

function nothing(lineage: Lineage, from: number): Omit<Lens, 'refusal'> {
  return { from, to: lineage.migrations.length, tables: [], views: [], stages: [], setup: [], overlays: [] };
}

interface CompileOptions {
  readonly staged: ReadonlySet<Step>;
  readonly limits: QueryLimits;
  readonly which: WhichTables;
}

/** `staged` are statements that SQLite must run though they could be compiled. */
function compileWith(lineage: Lineage, from: number, { staged, limits, which }: CompileOptions): Lens {
  const to = lineage.migrations.length;
  const { failure, shapes, steps } = traceLineage(lineage);
  if (failure) {
    const { error } = failure;
    const reason = `it fails on an empty database: ${error instanceof Error ? error.message : String(error)}`;
    return {
      ...nothing(lineage, from),
      refusal: { migration: failure.migration.name, statement: failure.statement, reason },
    };
  }
  const isWhole = which === 'all';
  const head = isWhole ? (shapes[to] as Shape) : withoutVirtual(shapes[to] as Shape);
  // The file's own virtual tables stand behind what pending statements do to them, which is left out.
  const start = isWhole ? (shapes[from] as Shape) : { ...(shapes[from] as Shape), opaque: new Map() };
  const pending = steps.slice(from).flat();
  const isLoose = steps
    .slice(0, from)
    .flat()
    .some(({ statement }) => isAlterColumn(statement));
  const lensTables = new LensTables(start, limits, isLoose);
  try {
    for (const step of isWhole ? pending : ordinarySteps(pending))
      applyStep({ step, statement: step.statement, lineage, tables: lensTables }, staged);
    return { from, to, ...readHead(head, lensTables), refusal: undefined };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { migration, statement } = error.place ?? { migration: '', statement: '' };
    return { ...nothing(lineage, from), refusal: { migration, statement, reason: error.message } };
  }
}

function readHead(
  head: Shape,
  lensTables: LensTables,
): Pick<Lens, 'tables' | 'views' | 'stages' | 'setup' | 'overlays'> {
  const { start } = lensTables;
  const tables = headTables(head, lensTables);
  const views = headViews(head, start, tables);
  const wanted = tables.flatMap((table) => [...table.stages]);
  const stages = liveStages(lensTables.stages, wanted).map((stage) => ({
    runs: stage.runs,
    setup: renderStage(stage),
  }));
  return { tables, views, stages, ...setupStatements(stages, tables, views, head, start) };
}

/** The names stay known, so that what the file has under them is not said to be gone. */
function withoutVirtual(head: Shape): Shape {
  const { objects, ...shape } = ordinaryShape(head);
  return { ...shape, opaque: new Map(), objects: objects.filter(({ type }) => type !== 'view') };
}
