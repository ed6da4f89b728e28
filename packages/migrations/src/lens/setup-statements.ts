import { quoteIdentifier } from '../sql-tokens.ts';
import type { Lens, LensTable } from './lens.ts';
import { nameKey } from './name-key.ts';
import type { Shape } from './trace-lineage.ts';

/** What a connection runs so that head's names mean head's rows: `temp.` shadows `main.`. */
export function setupStatements(tables: readonly LensTable[], views: Lens['views'], head: Shape): string[] {
  const statements = tables.flatMap((table) => {
    if (table.strategy === 'view') return [viewStatement(table)];
    return table.strategy === 'materialized' ? materializeStatements(table, head) : [];
  });
  return [...statements, ...views.map((view) => view.sql)];
}

function viewStatement(table: LensTable): string {
  return `CREATE TEMP VIEW ${quoteIdentifier(table.name)} AS\n${table.select('main')}`;
}

/** The table is made by head's own statement, so that SQLite computes, converts and checks as in a replay. */
function materializeStatements(table: LensTable, head: Shape): string[] {
  const own = head.objects.filter((it) => nameKey(it.table) === nameKey(table.name));
  const ddl = own.find((it) => it.type === 'table')?.sql ?? '';
  const columns = table.columns.map(quoteIdentifier).join(', ');
  return [
    ddl.replace(/^CREATE TABLE/i, 'CREATE TEMP TABLE'),
    `INSERT INTO temp.${quoteIdentifier(table.name)} (${columns})\n${table.select('main')}`,
    ...own.filter((it) => it.type === 'index').map((it) => it.sql),
  ];
}
