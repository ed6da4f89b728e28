import type { Database } from '../driver/index.ts';
import {
  identifierOf,
  keywordOf,
  quoteIdentifier,
  type SqlStatement,
  type SqlToken,
  splitStatements,
} from '../sql/index.ts';

/** `ALTER TABLE t ALTER COLUMN c TO <definition>`, which libSQL has and SQLite has not. */
export interface AlterColumn {
  readonly table: string;
  readonly column: string;
  /** The column's name afterwards. */
  readonly name: string;
  /** The new declaration, from the name on. */
  readonly definition: string;
}

export function isAlterColumn({ tokens }: SqlStatement): boolean {
  return readAlterColumn({ tokens, text: '' }) !== undefined;
}

/** Undefined for any other statement. */
export function readAlterColumn({ tokens, text }: SqlStatement): AlterColumn | undefined {
  if (keywordOf(tokens[0]) !== 'ALTER' || keywordOf(tokens[1]) !== 'TABLE') return undefined;
  const at = tokens[3]?.text === '.' ? 4 : 2;
  if (keywordOf(tokens[at + 1]) !== 'ALTER') return undefined;
  const column = keywordOf(tokens[at + 2]) === 'COLUMN' ? at + 3 : at + 2;
  const definition = tokens[column + 2];
  if (keywordOf(tokens[column + 1]) !== 'TO' || !definition) return undefined;
  return {
    table: identifierOf(tokens[at]) ?? '',
    column: identifierOf(tokens[column]) ?? '',
    name: identifierOf(definition) ?? '',
    definition: text.slice(definition.start - (tokens[0]?.start ?? 0)),
  };
}

/**
 * Rewrites one column's declaration and looks at no row, as libSQL does. A declaration that would need an index of its
 * own is refused by libSQL too. Source: https://github.com/tursodatabase/libsql/blob/main/libsql-sqlite3/doc/libsql_extensions.md
 */
export function alterColumn(sqlite: Database, statement: SqlStatement): void {
  const alter = readAlterColumn(statement);
  if (!alter) throw new Error('it is not an ALTER COLUMN');
  if (/\b(UNIQUE|PRIMARY\s+KEY|GENERATED)\b/i.test(alter.definition)) {
    throw new Error('ALTER COLUMN cannot make a column a key, or a generated one');
  }
  const [table, name] = [quoteIdentifier(alter.table), quoteIdentifier(alter.name)];
  if (alter.column.toLowerCase() !== alter.name.toLowerCase()) {
    sqlite.exec(`ALTER TABLE ${table} RENAME COLUMN ${quoteIdentifier(alter.column)} TO ${name}`);
  }
  const ddl = sqlite
    .prepare<[string], string>(
      `SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
    )
    .pluck()
    .get(alter.table);
  if (ddl === undefined) throw new Error(`no such table: ${alter.table}`);
  rewriteSchema(sqlite, alter.table, withDeclaration(ddl, alter));
}

function withDeclaration(ddl: string, { name, definition, table }: AlterColumn): string {
  const tokens = splitStatements(ddl)[0]?.tokens ?? [];
  const open = tokens.findIndex(({ text }) => text === '(');
  const start = tokens[0]?.start ?? 0;
  for (const { first, end } of partsOf(tokens, open)) {
    if (identifierOf(first)?.toLowerCase() !== name.toLowerCase()) continue;
    return `${ddl.slice(start, first.start)}${definition}${ddl.slice(end)}`;
  }
  throw new Error(`no such column: ${table}.${name}`);
}

/** What stands between the commas of a parenthesis, with where it ends. */
function partsOf(tokens: readonly SqlToken[], open: number): { first: SqlToken; end: number }[] {
  const parts: { first: SqlToken; end: number }[] = [];
  let depth = 0;
  let first: SqlToken | undefined;
  for (const token of tokens.slice(open)) {
    const isEnd = depth === 1 && (token.text === ',' || token.text === ')');
    if (isEnd && first) parts.push({ first, end: token.start });
    if (isEnd) first = undefined;
    else if (depth > 0) first ??= token;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0) break;
  }
  return parts;
}

/** Source: https://www.sqlite.org/lang_altertable.html#otheralter, the simpler procedure. */
function rewriteSchema(sqlite: Database, table: string, ddl: string): void {
  sqlite.unsafeMode(true);
  try {
    sqlite.pragma('writable_schema = ON');
    sqlite
      .prepare(`UPDATE main.sqlite_schema SET sql = ? WHERE type = 'table' AND name = ? COLLATE NOCASE`)
      .run(ddl, table);
    const version = sqlite.pragma('main.schema_version', { simple: true }) as number;
    sqlite.pragma(`main.schema_version = ${version + 1}`);
    sqlite.pragma('writable_schema = RESET');
  } finally {
    sqlite.unsafeMode(false);
  }
}
