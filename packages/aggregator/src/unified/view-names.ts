/**
 * The name that a table of head has in a view: its own, but for those that the view keeps for itself, which get an
 * underscore more. No two tables come to the same name.
 */
export function viewTableName(table: string): string {
  return isViewsOwnTable.test(table) ? `${table}_` : table;
}

const isViewsOwnTable = /^(_archives|_lineage|_left_out|_search_.*)_*$/i;

/** The name that a column of head has in a view: its own, but for `_archive` and `_version`, as with tables. */
export function viewColumnName(column: string): string {
  return isViewsOwnColumn.test(column) ? `${column}_` : column;
}

const isViewsOwnColumn = /^_(archive|version)_*$/i;
