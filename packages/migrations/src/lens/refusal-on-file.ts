import type { Database } from '../driver/index.ts';
import type { Lens, LensRefusal } from './lens.ts';

/**
 * Why this very file must be replayed: the lens's refusal, or figures that ANALYZE left in it. With them SQLite may
 * take another way through the file's tables than through those of a stage, and meet rows in another order.
 */
export function refusalOnFile(sqlite: Database, lens: Lens): LensRefusal | undefined {
  const run = lens.stages.flatMap(({ runs }) => runs)[0];
  if (lens.refusal || !run) return lens.refusal;
  const sql = `SELECT count(*) FROM main.sqlite_schema WHERE name LIKE 'sqlite_stat%'`;
  if (sqlite.prepare<[], number>(sql).pluck().get() === 0) return undefined;
  const { migration, statement, reason } = run;
  return { migration, statement, reason: `${reason}, and ANALYZE left statistics in the file` };
}
