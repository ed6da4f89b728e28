/**
 * Ends a build: leaves out of the declarations what only one major of Drizzle has. Its 0.45 gives a column three type
 * arguments, 1.0 two; nothing is read from the third, and the second is empty in both. 1.0 says of a table whether it is
 * an alias.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

/** A declaration file whose columns and tables are those of both. */
export function neutralise(declarations: string): string {
  return declarations
    .replace(/\}, \{\}, \{[^{}]*\}>/g, '}>')
    .replace(/\bdialect: (["'])(sqlite|pg)\1;/g, '$& isAlias: false;');
}

if (import.meta.main)
  for (const file of globSync('dist/**/*.d.ts')) writeFileSync(file, neutralise(readFileSync(file, 'utf8')));
