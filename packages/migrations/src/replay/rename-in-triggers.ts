import { type Database, isSqliteError, openMemory } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import { keywordOf, quoteIdentifier, type SqlStatement } from '../sql/index.ts';
import { readSchema, type SchemaObject } from './read-schema.ts';

/**
 * Writes into the texts of triggers that stand aside, by name, what a statement that gives a table or a column another
 * name would make of them where they stand: it is run on a schema without rows that has them. A text that SQLite cannot
 * read stays as it is.
 */
export function renameInTriggers(
  sqlite: Database,
  { tokens, text }: SqlStatement,
  { texts, lineage }: { readonly texts: Map<string, string>; readonly lineage: Lineage },
): void {
  const isRename = keywordOf(tokens[0]) === 'ALTER' && tokens.some((it) => keywordOf(it) === 'RENAME');
  if (texts.size === 0 || !isRename) return;
  const isAside = ({ type, name }: SchemaObject) => type === 'trigger' && texts.has(name);
  const objects = readSchema(sqlite).filter(({ type }) => type !== 'index');
  const standing = objects.map((it) => (isAside(it) && texts.get(it.name)) || it.sql);
  const copy = openMemory(legacyPragma(sqlite));
  try {
    registerFunctions(copy, lineage);
    // A table may be of a module that is not here, and a trigger stand on such a one.
    for (const sql of standing) refusalOf(() => copy.exec(sql));
    alter(copy, text);
    for (const { name, sql } of readSchema(copy).filter(isAside)) texts.set(name, sql);
  } finally {
    copy.close();
  }
}

function legacyPragma(sqlite: Database): string {
  return `PRAGMA legacy_alter_table = ${sqlite.pragma('legacy_alter_table', { simple: true })}`;
}

/** What SQLite trips over goes, one after the other. */
function alter(copy: Database, text: string): void {
  for (;;) {
    const message = refusalOf(() => copy.exec(text))?.message ?? '';
    const [, type, name = ''] = /^error in (view|trigger) (.*?)(?: after rename)?: /s.exec(message) ?? [];
    if (type === undefined || refusalOf(() => copy.exec(`DROP ${type} ${quoteIdentifier(name)}`))) return;
  }
}

function refusalOf(work: () => unknown): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isSqliteError(error)) return error;
    throw error;
  }
}
