import type { Database } from '../driver/index.ts';
import { readSchema } from '../replay/index.ts';
import { identifierOf, keywordOf, quoteIdentifier, type SqlToken, splitStatements } from '../sql/index.ts';

export interface ColumnFacts {
  readonly isNotNull: boolean;
  readonly hasDefault: boolean;
  readonly isGenerated: boolean;
}

export interface ReferenceFacts {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** What a table demands of its rows. Names in lower case, as SQLite compares them. */
export interface TableFacts {
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  /** The sets of columns in which no two rows are equal. */
  readonly uniqueKeys: readonly (readonly string[])[];
  /** The CHECK expressions, a token list each, without the table's own name. */
  readonly checks: readonly (readonly string[])[];
  readonly references: readonly ReferenceFacts[];
}

/** The tables of a schema, by name. */
export type SchemaFacts = ReadonlyMap<string, TableFacts>;

export function readSchemaFacts(sqlite: Database): SchemaFacts {
  const tables = readSchema(sqlite).filter((object) => object.type === 'table');
  return new Map(tables.map(({ name, sql }) => [name.toLowerCase(), readTableFacts(sqlite, name, sql)]));
}

function readTableFacts(sqlite: Database, table: string, sql: string): TableFacts {
  const name = quoteIdentifier(table);
  const columns = sqlite.pragma(`table_xinfo(${name})`) as {
    name: string;
    notnull: number;
    dflt_value: string | null;
    pk: number;
    hidden: number;
  }[];
  const primaryKey = columns.filter((it) => it.pk > 0).map((it) => it.name.toLowerCase());
  return {
    columns: new Map(
      columns.map((it) => [
        it.name.toLowerCase(),
        { isNotNull: it.notnull === 1, hasDefault: it.dflt_value !== null, isGenerated: it.hidden > 1 },
      ]),
    ),
    uniqueKeys: [...(primaryKey.length > 0 ? [primaryKey.sort()] : []), ...readUniqueKeys(sqlite, name)],
    checks: readChecks(sql),
    references: readReferences(sqlite, name),
  };
}

/** A partial index, or one over an expression, counts as a key of its own: its name stands for it. */
function readUniqueKeys(sqlite: Database, table: string): string[][] {
  const indexes = sqlite.pragma(`index_list(${table})`) as {
    name: string;
    unique: number;
    partial: number;
  }[];
  return indexes
    .filter((index) => index.unique === 1)
    .map(({ name, partial }) => {
      const columns = sqlite.pragma(`index_info(${quoteIdentifier(name)})`) as { name: string | null }[];
      const names = columns.map((it) => it.name?.toLowerCase());
      const isPlain = !partial && names.every((it) => it !== undefined);
      return isPlain ? (names as string[]).sort() : [`index ${name}`];
    });
}

function readChecks(sql: string): string[][] {
  const tokens = splitStatements(sql)[0]?.tokens ?? [];
  return tokens.flatMap((token, at) =>
    keywordOf(token) === 'CHECK' ? [insideParentheses(tokens, at + 1)] : [],
  );
}

function insideParentheses(tokens: readonly SqlToken[], open: number): string[] {
  const inside: string[] = [];
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const token = tokens[at] as SqlToken;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0) break;
    const isQualifier = tokens[at + 1]?.text === '.' || token.text === '.';
    if (!isQualifier)
      inside.push(token.kind === 'string' ? token.text : (identifierOf(token) ?? token.text).toLowerCase());
  }
  return inside.slice(1);
}

function readReferences(sqlite: Database, table: string): ReferenceFacts[] {
  const rows = sqlite.pragma(`foreign_key_list(${table})`) as {
    id: number;
    table: string;
    from: string;
    on_delete: string;
    on_update: string;
  }[];
  return [...Map.groupBy(rows, (row) => row.id).values()].map((columns) => ({
    columns: columns.map((it) => it.from.toLowerCase()).sort(),
    parent: columns[0]?.table.toLowerCase() ?? '',
    onDelete: columns[0]?.on_delete ?? '',
    onUpdate: columns[0]?.on_update ?? '',
  }));
}
