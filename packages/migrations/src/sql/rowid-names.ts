/** The names of the rowid where no column has them. Source: https://www.sqlite.org/lang_createtable.html#rowid */
export const rowidNames: readonly string[] = ['rowid', '_rowid_', 'oid'];
