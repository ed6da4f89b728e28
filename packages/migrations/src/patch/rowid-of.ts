import type { Database } from '../driver/index.ts';
import { hiddenRowidOf } from './table-keys.ts';

export interface Rowid {
  readonly name: string;
  /** A column shows it; else no column has this name. */
  readonly isColumn: boolean;
  /** A row holds what SQLite computes too. */
  readonly holdsGenerated: boolean;
}

/** By what the rowids of a table can be read; undefined where it has none, or columns have taken all its names. */
export function rowidOf(sqlite: Database, table: string): Rowid | undefined {
  const keys = sqlite
    .prepare<[string], { hasRowid: number; hasKeyIndex: number; columns: string }>(
      `SELECT NOT wr AS hasRowid, EXISTS (SELECT 1 FROM pragma_index_list(t.name) WHERE origin = 'pk') AS hasKeyIndex,
        (SELECT json_group_array(json_array(c.name, c.pk, c.hidden)) FROM pragma_table_xinfo(t.name) AS c) AS columns
       FROM pragma_table_list AS t WHERE schema = 'main' AND name = ?`,
    )
    .get(table);
  if (!keys || keys.hasRowid === 0) return undefined;
  const columns: [string, number, number][] = JSON.parse(keys.columns);
  const holdsGenerated = columns.some(([, , hidden]) => hidden === 3);
  const key = keys.hasKeyIndex === 0 ? columns.find(([, place]) => place > 0)?.[0] : undefined;
  if (key !== undefined) return { name: key, isColumn: true, holdsGenerated };
  const free = hiddenRowidOf(columns.map(([name]) => ({ name })));
  return free === undefined ? undefined : { name: free, isColumn: false, holdsGenerated };
}
