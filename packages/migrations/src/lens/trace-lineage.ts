import { type Database, openMemory } from '../driver/index.ts';
import type { Lineage, Migration } from '../lineage/lineage.ts';
import { registerFunctions } from '../lineage/register-functions.ts';
import { applyMigration } from '../replay/apply-migration.ts';
import type { SqlStatement } from '../sql/split-statements.ts';
import { changesRowsOnly } from './changes-rows-only.ts';
import { readShape, type Shape } from './shape.ts';
import { ShapeReader } from './table-shape.ts';

/** A statement of a migration, with the schema it met and the one it left. */
export interface Step {
  readonly migration: Migration;
  readonly statement: SqlStatement;
  readonly before: Shape;
  readonly after: Shape;
}

export interface LineageTrace {
  /** The shape at each version that an empty database reaches. */
  readonly shapes: readonly Shape[];
  /** The steps of each migration. */
  readonly steps: readonly (readonly Step[])[];
  /** The statement that failed on an empty database, if one did, and what was thrown. */
  readonly failure:
    | { readonly migration: Migration; readonly statement: string; readonly error: unknown }
    | undefined;
}

const cache = new WeakMap<Lineage, LineageTrace>();

/** Runs the lineage once on an empty database, so that SQLite itself tells every schema on the way. */
export function traceLineage(lineage: Lineage): LineageTrace {
  const known = cache.get(lineage);
  if (known) return known;
  const sqlite = openMemory();
  try {
    sqlite.pragma('foreign_keys = OFF');
    registerFunctions(sqlite, lineage);
    const trace = runLineage(sqlite, lineage);
    cache.set(lineage, trace);
    return trace;
  } finally {
    sqlite.close();
  }
}

function runLineage(sqlite: Database, lineage: Lineage): LineageTrace {
  const reader = new ShapeReader(lineage);
  const shapes = [readShape(sqlite, reader)];
  const steps: Step[][] = [];
  for (const migration of lineage.migrations) {
    const seen: { statement: SqlStatement; before: Shape }[] = [];
    const shapeNow = (): Shape => {
      const last = seen.at(-1);
      if (!last) return shapes.at(-1) as Shape;
      return changesRowsOnly(last.statement) ? last.before : readShape(sqlite, reader);
    };
    try {
      applyMigration(sqlite, migration, undefined, (statement) => {
        seen.push({ statement, before: shapeNow() });
      });
    } catch (error) {
      return { shapes, steps, failure: { migration, statement: seen.at(-1)?.statement.text ?? '', error } };
    }
    // A rebuilt table gets its indexes and triggers back after the last statement.
    const end = seen.every(({ statement }) => changesRowsOnly(statement))
      ? shapeNow()
      : readShape(sqlite, reader);
    shapes.push(end);
    steps.push(seen.map((step, at) => ({ migration, ...step, after: seen[at + 1]?.before ?? end })));
  }
  return { shapes, steps, failure: undefined };
}
