import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';

/** A table, or with `table` a column, that goes on under another name. */
export interface Rename {
  /** The column's table, by its new name; undefined when a table is renamed. */
  readonly table: string | undefined;
  readonly from: string;
  readonly to: string;
}

/** @throws USAGE for a text that is not `old=new`, or for a column not `table.old=new` */
export function parseRename(text: string, kind: 'table' | 'column'): Rename {
  const pattern = kind === 'table' ? /^()([^=]+)=([^=]+)$/ : /^([^=.]+)\.([^=]+)=([^=]+)$/;
  const [, table = '', from, to] = pattern.exec(text) ?? [];
  if (from && to) return { table: kind === 'table' ? undefined : table, from, to };
  throw new VarveError('USAGE', `${text} does not say what is renamed to what`, {
    hint: kind === 'table' ? 'give --rename-table old=new' : 'give --rename table.old=new',
  });
}

/** Tables before columns, which are named by their tables' new names. */
export function orderRenames(renames: readonly Rename[]): Rename[] {
  return [...renames].sort((a, b) => Number(a.table !== undefined) - Number(b.table !== undefined));
}

/** As drizzle-kit 1.0 takes them: every table is in a schema that it calls public. New names are tables, or tables and columns. */
export function renderHints(
  renames: readonly Rename[],
  newNames: readonly (readonly string[])[] = [],
): string {
  const created = newNames.map((entity) => {
    const kind = entity.length === 1 ? 'table' : 'column';
    return { type: 'create', kind, entity: ['public', ...entity] };
  });
  const hints = orderRenames(renames).map(({ table, from, to }) => {
    const kind = table === undefined ? 'table' : 'column';
    const owner = table === undefined ? ['public'] : ['public', table];
    return { type: 'rename', kind, from: [...owner, from], to: [...owner, to] };
  });
  return JSON.stringify([...hints, ...created]);
}

export function renameStatement({ table, from, to }: Rename): string {
  const [old, now] = [quoteIdentifier(from), quoteIdentifier(to)];
  return table === undefined
    ? `ALTER TABLE ${old} RENAME TO ${now};`
    : `ALTER TABLE ${quoteIdentifier(table)} RENAME COLUMN ${old} TO ${now};`;
}
