import type { TableShape } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { identifierOf, nameKey, quoteIdentifier, tokenizeSql } from '../sql/index.ts';
import { definitionsOf } from './definitions.ts';
import { onceFor } from './once-for.ts';
import type { Rebuild } from './read-rebuild.ts';
import { shortColumns } from './short-columns.ts';
import { TableKeyReader } from './table-keys.ts';

type Column = TableShape['columns'][number];

/** A rebuild that leaves every row as it lies. */
export interface KeptRows {
  /** A query that gives a row where a row of the old table does not fit into the new one. */
  readonly misfits: string | undefined;
  readonly refersElsewhere: boolean;
}

/** Reads rebuilds of a lineage, each once. */
export const keptRowsReader: (lineage: Lineage) => (rebuild: Rebuild) => KeptRows | undefined = onceFor(
  (lineage) => {
    const keys = new TableKeyReader(lineage);
    return onceFor((rebuild) => readKeptRows(rebuild, keys, shortColumns(lineage)));
  },
);

/**
 * Whether rows of the old table are, byte for byte, rows of the new one: the same columns in the same places, compared
 * and kept in the same way, and more only at the end, as ALTER TABLE … ADD COLUMN has them. `mayBeShort` tells, by name
 * key, of which columns a row may hold nothing, so that the default stands for it.
 */
function readKeptRows(
  { old, now, sources, from, to }: Rebuild,
  keys: TableKeyReader,
  mayBeShort: (column: string) => boolean,
): KeptRows | undefined {
  if (old.isStrict !== now.isStrict || old.hasRowid !== now.hasRowid) return undefined;
  if (old.rowidAlias !== now.rowidAlias || (now.isAutoincrement && !old.isAutoincrement)) return undefined;
  if (old.resolvesConflicts || now.resolvesConflicts || now.columns.length < old.columns.length)
    return undefined;
  const [before, after] = [keys.read(from.name, from.sql), keys.read(to.name, to.sql)];
  if (before.constraints !== after.constraints) return undefined;
  const [definitions, newDefinitions] = [definitionsOf(from.sql), definitionsOf(to.sql)];
  const isKept = old.columns.every((column, at) => {
    const other = now.columns[at];
    const key = nameKey(column.name);
    if (!other || nameKey(other.name) !== key || column.isGenerated !== other.isGenerated) return false;
    if (column.isGenerated) return definitions.columns.get(key) === newDefinitions.columns.get(key);
    if (sources.get(key) !== key || !isStoredAlike(column, other, now.isStrict)) return false;
    return column.defaultSql === other.defaultSql || !mayBeShort(key);
  });
  const added = now.columns.slice(old.columns.length);
  if (!isKept || !added.every((it) => isFilledIn(it) && !sources.has(nameKey(it.name)))) return undefined;
  const known = new Set(definitions.checks.map(({ key }) => key));
  const checks = newDefinitions.checks.filter(({ key }) => !known.has(key)).map(({ sql }) => sql);
  if (checks.some((sql) => names(sql, added))) return undefined;
  const wanted = old.columns.filter(({ isNotNull }, at) => !isNotNull && now.columns[at]?.isNotNull);
  const faults = [
    ...wanted.map(({ name }) => `${quoteIdentifier(name)} IS NULL`),
    ...checks.map((sql) => `NOT (${sql})`),
  ];
  const table = quoteIdentifier(from.name);
  return {
    misfits: faults.length > 0 ? `SELECT 1 FROM ${table} WHERE ${faults.join(' OR ')}` : undefined,
    refersElsewhere: before.references !== after.references,
  };
}

function isStoredAlike(column: Column, other: Column, isStrict: boolean): boolean {
  if (isStrict && column.declaredType.toUpperCase() !== other.declaredType.toUpperCase()) return false;
  return column.affinity === other.affinity && column.collation === other.collation;
}

/** A column that a short row has: of a value that is the same whether it is stored or filled in. */
function isFilledIn({ affinity, defaultSql, isGenerated, isNotNull }: Column): boolean {
  if (isGenerated) return false;
  if (defaultSql === undefined || /^null$/i.test(defaultSql)) return !isNotNull;
  if (/^'(?:[^']|'')*'$/.test(defaultSql)) return affinity === 'text' || affinity === 'blob';
  return affinity !== 'text' && /^([+-]?\d{1,15}(\.\d{1,5})?|true|false)$/i.test(defaultSql);
}

function names(sql: string, columns: readonly Column[]): boolean {
  const keys = new Set(columns.map(({ name }) => nameKey(name)));
  return [...tokenizeSql(sql)].some((token) => keys.has(nameKey(identifierOf(token) ?? '')));
}
