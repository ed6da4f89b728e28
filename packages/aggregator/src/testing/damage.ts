import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';

/** What an archive's pages hold: where to damage it. */
export interface DamagedPage {
  readonly what: string;
  readonly page: number;
}

/** One page of each kind: the schema's, every table's and index's root, an interior page, an overflow page. */
export function listPages(path: string): DamagedPage[] {
  const sqlite = new Database(path, { readonly: true });
  try {
    const roots = sqlite.prepare<[], { what: string; page: number }>(
      `SELECT type || ' ' || name AS what, rootpage AS page FROM sqlite_schema WHERE rootpage > 0`,
    );
    const inner = sqlite.prepare<[], { what: string; page: number }>(
      `SELECT pagetype || ' page of ' || name AS what, min(pageno) AS page FROM dbstat
       WHERE pagetype IN ('overflow', 'leaf') AND path <> '/' GROUP BY 1`,
    );
    return [{ what: 'schema', page: 1 }, ...roots.all(), ...inner.all()];
  } finally {
    sqlite.close();
  }
}

/** Writes a value over the byte that tells a page's type; of an overflow page, over the number of the next. */
export function damagePage(path: string, page: number, value = 0x77): void {
  const bytes = readFileSync(path);
  const pageSizeBytes = bytes.readUInt16BE(16);
  const at = (page - 1) * pageSizeBytes + (page === 1 ? 100 : 0);
  bytes[at] = value;
  writeFileSync(path, bytes);
}
