import type { TableModule } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../file/index.ts';

/** Marks the calls that a writer left when it died: nothing runs in a file without one. */
export function interruptCalls(sqlite: Database, tables: TableModule): void {
  for (const table of Object.values(tables)) {
    if (!is(table, SQLiteTable) || table === tables.sessions) continue;
    const { status } = getTableColumns(table);
    const words = status?.enumValues;
    if (!status || !words?.includes('running') || !words.includes('interrupted')) continue;
    const name = quoteIdentifier(status.name);
    const into = quoteIdentifier(getTableName(table));
    sqlite.prepare(`UPDATE ${into} SET ${name} = 'interrupted' WHERE ${name} = 'running'`).run();
  }
}
