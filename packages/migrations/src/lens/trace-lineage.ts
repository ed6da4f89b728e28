import type { Lineage, Migration } from '../lineage/index.ts';
import { type EmptyRun, runOnEmpty } from '../replay/index.ts';
import type { SqlStatement } from '../sql/index.ts';
import { changesRowsOnly } from './changes-rows-only.ts';
import { SchemaFollower } from './schema-follower.ts';
import { readShape, type Shape } from './shape.ts';
import { ShapeReader } from './shape-reader.ts';

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
  const trace = runOnEmpty(lineage, (run) => runLineage(run, lineage));
  cache.set(lineage, trace);
  return trace;
}

function runLineage({ sqlite, apply }: EmptyRun, lineage: Lineage): LineageTrace {
  const reader = new ShapeReader(lineage);
  const follower = new SchemaFollower(sqlite);
  const shapes = [readShape(sqlite, follower.read(), reader)];
  const steps: Step[][] = [];
  for (const migration of lineage.migrations) {
    const seen: { statement: SqlStatement; before: Shape }[] = [];
    const shapeNow = (): Shape => {
      const last = seen.at(-1);
      if (!last) return shapes.at(-1) as Shape;
      if (changesRowsOnly(last.statement)) return last.before;
      return readShape(sqlite, follower.read(last.statement), reader);
    };
    try {
      apply(migration, (statement) => {
        seen.push({ statement, before: shapeNow() });
      });
    } catch (error) {
      return { shapes, steps, failure: { migration, statement: seen.at(-1)?.statement.text ?? '', error } };
    }
    const end = shapeNow();
    shapes.push(end);
    steps.push(seen.map((step, at) => ({ migration, ...step, after: seen[at + 1]?.before ?? end })));
  }
  return { shapes, steps, failure: undefined };
}
