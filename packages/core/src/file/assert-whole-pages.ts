import { statSync } from 'node:fs';
import { VarveError } from '@varve/schema/errors';
import type { Database } from './open-database.ts';

/**
 * SQLite reads a last page that is cut short as if zeros followed. Whole pages that are missing it notices itself.
 *
 * @throws FILE_CORRUPT
 */
export function assertWholePages(sqlite: Database, path: string): void {
  const pageSizeBytes = Number(sqlite.pragma('page_size', { simple: true }));
  const { size } = statSync(path);
  if (size % pageSizeBytes === 0) return;
  throw new VarveError('FILE_CORRUPT', `the file is truncated: ${size} bytes are not whole pages`, {
    path,
    hint: 'restore the file from a backup, or set it aside',
  });
}
