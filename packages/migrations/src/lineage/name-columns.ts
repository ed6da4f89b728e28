import { identifierOf, nameKey, tokenizeSql } from '../sql/index.ts';
import type { Migration, TableModule } from './lineage.ts';

/** A Drizzle column, as far as its name goes. */
interface NamedColumn {
  name: string;
  /** True where the schema gives none, so that Drizzle takes the key, or what `casing` makes of it. */
  readonly keyAsName?: boolean;
}

/**
 * Gives columns that the schema does not name the name that they have in the migrations: Drizzle's `casing` is an option
 * of a connection, and the tables do not tell it. Drizzle converts a name that is converted to itself.
 * Source: https://orm.drizzle.team/docs/sql-schema-declaration#camel-and-snake-casing
 */
export function nameColumns(tables: TableModule, migrations: readonly Migration[]): void {
  const unnamed = Object.values(tables).flatMap(columnsOf).filter(hasOtherCasing);
  if (unnamed.length === 0) return;
  const written = new Set(
    migrations.flatMap(({ sql }) => [...tokenizeSql(sql)].map((token) => nameKey(identifierOf(token) ?? ''))),
  );
  for (const column of unnamed) {
    if (written.has(nameKey(column.name))) continue;
    const name = [toSnakeCase, toCamelCase]
      .map((cased) => cased(column.name))
      .find((it) => written.has(nameKey(it)));
    if (name !== undefined) column.name = name;
  }
}

const columnsKey = Symbol.for('drizzle:Columns');

function columnsOf(table: unknown): NamedColumn[] {
  const columns =
    typeof table === 'object' && table !== null ? (table as Record<symbol, unknown>)[columnsKey] : undefined;
  return columns ? Object.values(columns as Record<string, NamedColumn>) : [];
}

function hasOtherCasing({ keyAsName, name }: NamedColumn): boolean {
  return keyAsName === true && (toSnakeCase(name) !== name || toCamelCase(name) !== name);
}

/** As Drizzle does both. */
function wordsOf(name: string): string[] {
  return name.replace(/['\u2019]/g, '').match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g) ?? [];
}

function toSnakeCase(name: string): string {
  return wordsOf(name)
    .map((word) => word.toLowerCase())
    .join('_');
}

function toCamelCase(name: string): string {
  return wordsOf(name)
    .map((word, at) => (at === 0 ? word.toLowerCase() : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
    .join('');
}
