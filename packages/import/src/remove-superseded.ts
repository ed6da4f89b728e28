import { existsSync } from 'node:fs';
import { readImported, removeArchive, type SourceRow } from './archive/index.ts';

/** Removes an archive whose rows are in another one by now: only where that is so of each log that it was made of. */
export function removeSuperseded(archive: string, isTold: (log: SourceRow) => boolean): void {
  if (!existsSync(archive)) return;
  const rows = readImported(archive)?.sources ?? [];
  if (rows.length > 0 && rows.every(isTold)) removeArchive(archive);
}
