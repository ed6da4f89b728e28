import { type Database, quoteIdentifier } from '@varve/migrations/internal';
import { viewColumnName, viewTableName } from './view-names.ts';

/** SQLite carries the new names into indexes, checks and foreign keys. Returns the names at head, in order. */
export function giveViewNames(sqlite: Database, table: string): string[] {
  const columns = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)')
    .pluck()
    .all(table);
  const quoted = quoteIdentifier(table);
  const renames = [
    ...columns
      .filter((column) => viewColumnName(column) !== column)
      .map(
        (column) => `RENAME COLUMN ${quoteIdentifier(column)} TO ${quoteIdentifier(viewColumnName(column))}`,
      )
      .reverse(),
    ...(viewTableName(table) === table ? [] : [`RENAME TO ${quoteIdentifier(viewTableName(table))}`]),
  ];
  if (renames.length > 0) dropWhatReads(sqlite);
  for (const rename of renames) sqlite.exec(`ALTER TABLE ${quoted} ${rename}`);
  return columns;
}

/** A view or a trigger that is broken already would stand in the way of a new name. */
function dropWhatReads(sqlite: Database): void {
  const objects = sqlite.prepare<[], { type: string; name: string }>(
    `SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY type`,
  );
  for (const { type, name } of objects.all()) sqlite.exec(`DROP ${type} ${quoteIdentifier(name)}`);
}
