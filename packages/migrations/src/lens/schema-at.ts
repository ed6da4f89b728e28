import type { Lineage } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { traceLineage } from './trace-lineage.ts';

/** What a file holds, by version. */
export type LineageSchemas = readonly (readonly SchemaObject[])[];

const taken = new WeakMap<Lineage, LineageSchemas>();

/**
 * What a file of a version holds, as SQLite's own replay on an empty database makes it; without SQLite's internals.
 *
 * @throws the codes of `replayMigrations` where even an empty database does not take the lineage
 */
export function schemaAt(lineage: Lineage, version: number): readonly SchemaObject[] {
  const known = taken.get(lineage);
  if (known) return known[version] ?? [];
  const { shapes, failure } = traceLineage(lineage);
  if (failure) throw failure.error;
  return shapes[version]?.objects ?? [];
}

/** What `takeSchemas` takes: plain data. Undefined where `schemaAt` throws. */
export function readSchemas(lineage: Lineage): LineageSchemas | undefined {
  const { shapes, failure } = traceLineage(lineage);
  return failure ? undefined : shapes.map(({ objects }) => objects);
}

/** Has `schemaAt` answer what another process read of the same lineage. */
export function takeSchemas(lineage: Lineage, schemas: LineageSchemas): void {
  taken.set(lineage, schemas);
}
