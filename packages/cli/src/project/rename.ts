import { quoteIdentifier } from '@varve/migrations';
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

export function renameStatement({ table, from, to }: Rename): string {
  const [old, now] = [quoteIdentifier(from), quoteIdentifier(to)];
  return table === undefined
    ? `ALTER TABLE ${old} RENAME TO ${now};`
    : `ALTER TABLE ${quoteIdentifier(table)} RENAME COLUMN ${old} TO ${now};`;
}
