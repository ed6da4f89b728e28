import { quoteIdentifier, tokenizeSql } from '@varve/migrations/internal';
import { closingOf } from './find-checks.ts';
import type { HeadColumn, HeadTable, KeyColumn } from './head-table.ts';

/** The statements that make a head table's counterpart in the unified view, with all that keeps its rows unique. */
export function unifiedTableDdl(table: HeadTable, tables: readonly HeadTable[]): string[] {
  const lines = [
    '"_archive" INTEGER NOT NULL REFERENCES "_archives" ("id")',
    '"_version" INTEGER NOT NULL',
    ...table.columns.map(columnLine),
    ...(table.primaryKey.length > 0 ? [`PRIMARY KEY (${keyWithArchive(table.primaryKey)})`] : []),
    ...table.uniques.map((key) => `UNIQUE (${keyWithArchive(key)})`),
    ...foreignKeyLines(table, tables),
    ...table.checks.map((check) => `CHECK ${check}`),
  ];
  const name = quoteIdentifier(table.name);
  return [
    `CREATE TABLE ${name} (\n  ${lines.join(',\n  ')}\n)${table.isStrict ? ' STRICT' : ''}`,
    ...table.indexes.filter(({ isUnique }) => isUnique).map(({ sql }) => prependArchive(sql)),
    // A primary key already begins with the archive; without one, removing an archive would scan the table.
    ...(table.primaryKey.length > 0
      ? []
      : [`CREATE INDEX ${quoteIdentifier(`_${table.name}_archive`)} ON ${name} ("_archive")`]),
  ];
}

/**
 * The statements that make the other indexes of a head table, which can wait until there are rows. Who groups by an
 * indexed column asks for sums and times: an index holds those as well, so that no row must be looked up for them.
 */
export function unifiedIndexDdl(table: HeadTable): string[] {
  const brief = table.columns.filter(({ type, isEnum }) => isEnum || /INT|REAL|FLOA|DOUB/i.test(type));
  const foreign = table.foreignKeys.map(({ from }) => from.join());
  return table.indexes
    .filter(({ isUnique }) => !isUnique)
    .map(({ sql, columns }) => {
      if (foreign.includes(columns.join())) return sql;
      const more = brief.map(({ name }) => name).filter((name) => !columns.includes(name));
      return appendColumns(sql, ['_archive', ...more]);
    });
}

/** The statement that makes a table of the same values without keys, checks and indexes: nothing rereads it by them. */
export function liveTableDdl(table: HeadTable): string {
  const columns = table.columns.map((column) => columnLine({ ...column, isNotNull: false }));
  const lines = ['"_archive" INTEGER', '"_version" INTEGER', ...columns].join(', ');
  return `CREATE TABLE ${quoteIdentifier(table.name)} (${lines})${table.isStrict ? ' STRICT' : ''}`;
}

/** A generated column is a plain one here, and holds what was generated in the archive. */
function columnLine({ name, type, collation, isNotNull }: HeadColumn): string {
  const collate = collation === 'BINARY' ? '' : `COLLATE ${quoteIdentifier(collation)}`;
  return [quoteIdentifier(name), type, isNotNull ? 'NOT NULL' : '', collate].filter(Boolean).join(' ');
}

function keyWithArchive(key: readonly KeyColumn[]): string {
  const columns = key.map(
    ({ name, collation }) => `${quoteIdentifier(name)} COLLATE ${quoteIdentifier(collation)}`,
  );
  return ['"_archive"', ...columns].join(', ');
}

function columnsWithArchive(columns: readonly string[]): string {
  return ['_archive', ...columns].map(quoteIdentifier).join(', ');
}

/** Without actions: rows come and go by whole archives. A parent that head does not have cannot be referred to. */
function foreignKeyLines(table: HeadTable, tables: readonly HeadTable[]): string[] {
  const names = new Set(tables.map(({ name }) => name.toLowerCase()));
  return table.foreignKeys
    .filter(({ parent, to }) => names.has(parent.toLowerCase()) && to.length > 0)
    .map(({ parent, from, to }) => {
      const target = `${quoteIdentifier(parent)} (${columnsWithArchive(to)})`;
      return `FOREIGN KEY (${columnsWithArchive(from)}) REFERENCES ${target}`;
    });
}

/** Puts columns after those of a CREATE INDEX statement. */
function appendColumns(sql: string, columns: readonly string[]): string {
  const at = closingOf([...tokenizeSql(sql)]);
  return `${sql.slice(0, at)}, ${columns.map(quoteIdentifier).join(', ')}${sql.slice(at)}`;
}

/** Puts the archive before the other columns of a CREATE INDEX statement. */
function prependArchive(sql: string): string {
  const opening = [...tokenizeSql(sql)].find(({ text }) => text === '(');
  const at = (opening?.start ?? 0) + 1;
  return `${sql.slice(0, at)}"_archive", ${sql.slice(at)}`;
}
