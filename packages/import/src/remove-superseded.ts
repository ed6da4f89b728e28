import { existsSync } from 'node:fs';
import { readImported, removeArchive } from './archive/index.ts';

/** Removes an archive whose rows are in another one by now: only one that was made of these logs, and of no others. */
export function removeSuperseded(archive: string, logs: ReadonlySet<string>): void {
  if (!existsSync(archive)) return;
  const rows = readImported(archive)?.sources ?? [];
  if (rows.length > 0 && rows.every(({ path }) => logs.has(path))) removeArchive(archive);
}
