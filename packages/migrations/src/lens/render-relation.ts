import { quoteIdentifier } from '../sql/index.ts';
import type { Arm, Relation, Source, TableSource } from './program.ts';
import type { Value } from './value.ts';

/** The name under which a query gives the rowid too. */
const rowidColumn = '"varve rowid"';

/**
 * The query for a relation over a file attached as `schema`, formatted over several lines. With rowids, it must be
 * one of rows that lie in a table as they always did.
 */
export function renderRelation(relation: Relation, schema: string, withRowids = false): string {
  return renderLines(relation, schema, withRowids).replaceAll(lineBreak, '\n');
}

/** Stands for the end of a line of ours until all is indented; no SQL holds half a character, a literal may hold `\n`. */
const lineBreak = '\udc00';

function renderLines(relation: Relation, schema: string, withRowids = false): string {
  const { arms, columns } = withKnownColumns(relation);
  if (arms.length === 1 && arms[0]) return renderArm(arms[0], columns, schema, withRowids);
  return arms.map((arm) => renderArmOfMany(arm, columns, schema)).join(`${lineBreak}UNION ALL${lineBreak}`);
}

/** A generated column that only SQLite can compute is left out: nothing that was compiled reads it. */
export function withKnownColumns(relation: Relation): Relation {
  const isKnown = relation.columns.map((_, at) => relation.arms.every((arm) => arm.values[at] !== undefined));
  if (isKnown.every(Boolean)) return relation;
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, at) => isKnown[at]);
  return {
    ...relation,
    columns: keep(relation.columns),
    arms: relation.arms.map((arm) => ({ ...arm, values: keep(arm.values) })),
  };
}

/** WITH belongs to a whole compound query, so an arm that needs its own stands in parentheses. */
function renderArmOfMany(arm: Arm, columns: readonly string[], schema: string): string {
  const sql = renderArm(arm, columns, schema);
  return arm.reads.size === 0 ? sql : `SELECT * FROM (${lineBreak}${indent(sql)}${lineBreak})`;
}

function renderArm(arm: Arm, columns: readonly string[], schema: string, withRowids = false): string {
  const list = arm.values.flatMap((value, at) => (value ? [renderColumn(value, columns[at] ?? '')] : []));
  if (withRowids) list.unshift(renderRowid(arm.source));
  const clauses = [
    ...renderReads(arm, schema),
    `SELECT${lineBreak}${indent(list.join(`,${lineBreak}`))}`,
    ...renderFrom(arm, schema, withRowids),
  ];
  return clauses.join(lineBreak);
}

function renderRowid(source: Source): string {
  return source.kind === 'table' ? `${source.rowid} AS ${rowidColumn}` : rowidColumn;
}

function renderReads({ reads, source }: Arm, schema: string): string[] {
  if (reads.size === 0) return [];
  const hint = source.kind === 'query' && source.isBarrier ? 'MATERIALIZED' : 'NOT MATERIALIZED';
  const tables = [...reads].map(([name, relation]) => {
    return `${quoteIdentifier(name)} AS ${hint} (${lineBreak}${indent(renderLines(relation, schema))}${lineBreak})`;
  });
  return [`WITH ${tables.join(', ')}`];
}

function renderColumn(value: Value, name: string): string {
  const collation =
    value.ownCollation === value.collation ? '' : ` COLLATE ${quoteIdentifier(value.collation)}`;
  const alias = value.column === name && collation === '' ? '' : ` AS ${quoteIdentifier(name)}`;
  return `${value.sql}${collation}${alias}`;
}

function renderFrom({ source, where }: Arm, schema: string, withRowids: boolean): string[] {
  if (source.kind === 'nothing') return ['WHERE FALSE'];
  const from = `FROM ${renderSource(source, schema, withRowids)}`;
  return where === undefined ? [from] : [from, `WHERE ${where}`];
}

function renderSource(
  source: Exclude<Source, { kind: 'nothing' }>,
  schema: string,
  withRowids: boolean,
): string {
  switch (source.kind) {
    case 'table':
      return `${quoteIdentifier(source.stage ? 'temp' : schema)}.${quoteIdentifier(source.name)}`;
    case 'rows':
      return `(VALUES${lineBreak}${indent(source.rows.join(`,${lineBreak}`))}${lineBreak})`;
    case 'query':
      return `(${lineBreak}${indent(renderQuery(source))}${lineBreak})`;
    case 'relation':
      return `${renderNested(source, schema, withRowids)} AS ${quoteIdentifier(source.alias)}`;
  }
}

/** SQLite gives names to the columns of a query only where it is a common table expression. */
function renderQuery({ sql, columnCount, isBarrier }: Extract<Source, { kind: 'query' }>): string {
  const names = Array.from({ length: columnCount }, (_, at) => `"column${at + 1}"`).join(', ');
  const materialized = isBarrier ? 'MATERIALIZED ' : '';
  return `WITH "the query" (${names}) AS ${materialized}(${lineBreak}${indent(sql)}${lineBreak})${lineBreak}SELECT * FROM "the query"`;
}

function renderNested(
  source: Extract<Source, { kind: 'relation' }>,
  schema: string,
  withRowids: boolean,
): string {
  const table = withRowids || source.isBarrier ? undefined : plainTable(source.relation);
  if (table) return renderSource(table, schema, false);
  const sql = renderLines(source.relation, schema, withRowids);
  const query = source.isBarrier
    ? `WITH "rows" AS MATERIALIZED (${lineBreak}${indent(sql)}${lineBreak})${lineBreak}SELECT * FROM "rows"`
    : sql;
  return `(${lineBreak}${indent(query)}${lineBreak})`;
}

/** The table whose columns, under their own names, a query would be of: what it has besides nothing that was compiled names. */
function plainTable({ columns, arms: [arm, ...others] }: Relation): TableSource | undefined {
  if (!arm || others.length > 0 || arm.source.kind !== 'table' || arm.where !== undefined) return undefined;
  const isPlain = arm.values.every(
    (value, at) =>
      value === undefined || (value.column === columns[at] && value.ownCollation === value.collation),
  );
  return isPlain ? arm.source : undefined;
}

function indent(sql: string): string {
  return `  ${sql.replaceAll(lineBreak, `${lineBreak}  `)}`;
}
