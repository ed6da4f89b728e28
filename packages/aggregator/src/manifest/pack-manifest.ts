import { renameSync, rmSync } from 'node:fs';
import { openFile } from '@varve/migrations/internal';
import { type ColumnKind, openRowFile } from '../export/index.ts';
import { manifestColumns } from '../find/index.ts';

const kinds: Readonly<Record<string, ColumnKind>> = {
  size_bytes: 'integer',
  mtime_ms: 'real',
  started_at_ms: 'timestamp',
  version: 'integer',
  head: 'integer',
  rows: 'integer',
  run: 'integer',
};

/** Writes a manifest's list as Parquet, in the order of the paths; it takes the place of another as a whole. */
export function packManifest(path: string, into: string): void {
  const sqlite = openFile(path, { readonly: true });
  const work = `${into}.part`;
  rmSync(work, { force: true });
  try {
    const columns = manifestColumns.map((name) => ({ name, kind: kinds[name] ?? ('text' as const) }));
    const file = openRowFile(work, 'parquet', columns);
    const list = manifestColumns.map((name) => `"${name}"`).join(', ');
    const rows = sqlite.prepare<[], unknown[]>(`SELECT ${list} FROM "archives" ORDER BY "path"`);
    for (const row of rows.raw().safeIntegers().iterate()) file.write(row);
    file.close();
  } finally {
    sqlite.close();
  }
  renameSync(work, into);
}
