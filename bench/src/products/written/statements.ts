/** Statements of one migration, as drizzle-kit joins them. */
export function migration(...statements: readonly (string | readonly string[])[]): string {
  return statements.flat().join('\n--> statement-breakpoint\n');
}

/** A rebuild as drizzle-kit writes it: `columns` of the new table are read from those of the same name. */
export function rebuild(table: string, definition: string, columns: readonly string[]): string[] {
  const names = columns.map((name) => `"${name}"`).join(', ');
  return [
    'PRAGMA foreign_keys=OFF;',
    `CREATE TABLE \`__new_${table}\` (${definition});`,
    `INSERT INTO \`__new_${table}\`(${names}) SELECT ${names} FROM \`${table}\`;`,
    `DROP TABLE \`${table}\`;`,
    `ALTER TABLE \`__new_${table}\` RENAME TO \`${table}\`;`,
    'PRAGMA foreign_keys=ON;',
  ];
}
