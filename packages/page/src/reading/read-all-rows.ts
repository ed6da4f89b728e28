import { type Database, quoteIdentifier } from '@varve/migrations/internal';
import type { RowDetail } from '../api/index.ts';
import type { HeadShape } from '../sources/index.ts';
import { toValues } from './read-row.ts';
import { readSteps, stepId } from './read-steps.ts';

/** Every row of a session's timeline, whole, in the order of its steps. */
export function readAllRows(sqlite: Database, shape: HeadShape, sessionId: string | null): RowDetail[] {
  const rows = new Map(
    shape.timeline.flatMap((table) => {
      const where = sessionId === null ? '' : `WHERE ${quoteIdentifier(table.sessionId)} = ?`;
      const read = sqlite
        .prepare<string[], Record<string, unknown>>(`SELECT * FROM ${quoteIdentifier(table.name)} ${where}`)
        .safeIntegers()
        .all(...(sessionId === null ? [] : [sessionId]));
      return read.map((row) => {
        const id = stepId(table.name, String(row[table.key]));
        return [id, { id, table: table.name, values: toValues(row) }] as const;
      });
    }),
  );
  return readSteps(sqlite, shape, sessionId).flatMap(({ id }) => rows.get(id) ?? []);
}
