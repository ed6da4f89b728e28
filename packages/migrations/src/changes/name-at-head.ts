import type { Lineage } from '../lineage/index.ts';
import { replayStatements } from '../replay/index.ts';
import { MigrationChanges } from './migration-changes.ts';

/** What a column that files of a version have is called at head, in lower case; undefined where its table is dropped. */
export function nameAtHead(
  lineage: Lineage,
  version: number,
  column: { readonly table: string; readonly column: string },
): { readonly table: string; readonly column: string } | undefined {
  let name = { table: column.table.toLowerCase(), column: column.column.toLowerCase() };
  for (const migration of lineage.migrations.slice(version)) {
    const changes = new MigrationChanges(replayStatements(migration));
    const table = changes.tableAfter(name.table);
    if (table === undefined) return undefined;
    name = { table, column: changes.columnAfter(name.table, name.column) };
  }
  return name;
}
