import type { Lineage } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { traceLineage } from './trace-lineage.ts';

/**
 * What a file of a version holds, as SQLite's own replay on an empty database makes it; without SQLite's internals.
 *
 * @throws the codes of `replayMigrations` where even an empty database does not take the lineage
 */
export function schemaAt(lineage: Lineage, version: number): readonly SchemaObject[] {
  const { shapes, failure } = traceLineage(lineage);
  if (failure) throw failure.error;
  return shapes[version]?.objects ?? [];
}
