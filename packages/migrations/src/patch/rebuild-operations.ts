import type { TableShape } from '../lens/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';
import { alterationOf, type EditOperation, type RunOperation } from './operation.ts';
import type { Alteration } from './patch.ts';
import type { Rebuild } from './read-rebuild.ts';

export function editOf({ from, to, old, now, changed }: Rebuild, names: ReadonlySet<string>): EditOperation {
  const stored = storedNames(old);
  const own: Alteration = {
    type: 'table',
    name: from.name,
    to,
    columns: storedNames(now).map((name, at) => ({ name, from: stored[at] })),
    stored,
    isNarrowed: false,
    renewed: { names: [from.name], counted: now.isAutoincrement ? now.rowidAlias : undefined },
  };
  return alterationOf(names, [own, ...changed.map((it) => retold(it.from, it.to))]);
}

export function renumber(name: string, rowid: string): string {
  const table = quoteIdentifier(name);
  return `UPDATE ${table} SET ${rowid} = "varve places".place FROM (
    SELECT ${rowid} AS was, row_number() OVER (ORDER BY ${rowid}) AS place FROM ${table}
    WHERE (SELECT max(${rowid}) <> count(*) OR min(${rowid}) < 1 FROM ${table})
  ) AS "varve places" WHERE ${table}.${rowid} = "varve places".was AND "varve places".place <> "varve places".was`;
}

function storedNames({ columns }: TableShape): string[] {
  return columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => name);
}

export function retold({ type, name }: SchemaObject, to: SchemaObject): Alteration {
  return { type, name, to, columns: [], stored: [], isNarrowed: false };
}

export function remake(alteration: Alteration | undefined): EditOperation[] {
  if (!alteration) return [];
  return [alterationOf(new Set([alteration.name, alteration.to.table].map(nameKey)), [alteration])];
}

/** SQLite itself stops at what is no JSON. */
export function failIfAny(query: string): string {
  return `SELECT json(CASE WHEN EXISTS (${query}) THEN 'a row does not fit' ELSE '0' END)`;
}

export function prelude(
  sql: string,
  names: ReadonlySet<string>,
  columns: ReadonlySet<string> | undefined,
): RunOperation {
  return {
    kind: 'run',
    names,
    sql,
    columns,
    isRepeatable: true,
    isActing: false,
    isPrelude: true,
    creates: undefined,
    mayOrphan: false,
  };
}
