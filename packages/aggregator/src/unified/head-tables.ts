import { type Lineage, replayMigrations } from '@varve/migrations';
import { ledgerTableOf, openMemory } from '@varve/migrations/internal';
import { listDrizzleColumns } from './drizzle-columns.ts';
import { giveViewNames } from './give-view-names.ts';
import type { HeadTable } from './head-table.ts';
import { mostColumns } from './left-out.ts';
import { type ReplayedTable, readHeadTable } from './read-head-table.ts';
import { viewTableName } from './view-names.ts';

/**
 * Reads head's tables from an empty database that was brought to head, so that they are exact for any lineage, whether
 * it has Drizzle tables or not. What `readLeftOut` lists is left out.
 */
export function readHeadTables(lineage: Lineage): readonly HeadTable[] {
  const known = cache.get(lineage);
  if (known) return known;
  const enums = listDrizzleColumns(lineage, ({ enumValues }) => enumValues !== undefined);
  const tables = replayHeadTables(lineage).map((table) => ({
    ...table,
    columns: table.columns.map((it) => ({ ...it, isEnum: enums.has(`${table.name}.${it.name}`) })),
  }));
  cache.set(lineage, tables);
  return tables;
}

const cache = new WeakMap<Lineage, readonly HeadTable[]>();

function replayHeadTables(lineage: Lineage): ReplayedTable[] {
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineage);
    const tables = sqlite.prepare<[string], { name: string; strict: number }>(
      `SELECT name, strict FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name <> ? AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
         AND ncol <= ${mostColumns}
       ORDER BY name`,
    );
    const found = tables.all(ledgerTableOf(lineage));
    const sources = found.map(({ name }) => giveViewNames(sqlite, name));
    return found.map(({ name, strict }, at) => ({
      ...readHeadTable(sqlite, viewTableName(name), strict === 1, sources[at] ?? []),
      source: name,
    }));
  } finally {
    sqlite.close();
  }
}
