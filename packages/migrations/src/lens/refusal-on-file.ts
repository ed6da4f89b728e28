import type { Database } from '../driver/index.ts';
import type { Lens, LensRefusal } from './lens.ts';

/**
 * Why this very file must be replayed: the lens's refusal, texts in UTF-16, or figures that ANALYZE left in it. With
 * those SQLite may take another way through the file's tables than through those of a stage, and meet rows in another
 * order; and to a lens, which is compiled for UTF-8, the bytes of a text are others.
 */
export function refusalOnFile(
  sqlite: Database,
  lens: Lens,
  { despiteStatistics = false }: { readonly despiteStatistics?: boolean } = {},
): LensRefusal | undefined {
  if (lens.refusal) return lens.refusal;
  if (
    lens.setup.length + lens.overlays.length > 0 &&
    sqlite.pragma('encoding', { simple: true }) !== 'UTF-8'
  ) {
    return { migration: 'pending', statement: '', reason: 'the texts of the file are UTF-16' };
  }
  const run = lens.stages.flatMap(({ runs }) => runs)[0];
  if (!run || despiteStatistics) return undefined;
  const sql = `SELECT count(*) FROM main.sqlite_schema WHERE name LIKE 'sqlite_stat%'`;
  if (sqlite.prepare<[], number>(sql).pluck().get() === 0) return undefined;
  const { migration, statement, reason } = run;
  return { migration, statement, reason: `${reason}, and ANALYZE left statistics in the file` };
}
