import { VarveError } from '@varve/schema';

/** A table, or with `column` a column of it, that goes, and goes on under no other name. */
export interface Drop {
  readonly table: string;
  readonly column: string | undefined;
}

/** @throws USAGE for a text that is not `table`, or for a column not `table.column` */
export function parseDrop(text: string, kind: 'table' | 'column'): Drop {
  const [, table, column] = (kind === 'table' ? /^([^=]+)()$/ : /^([^=.]+)\.([^=]+)$/).exec(text) ?? [];
  if (table) return { table, column: column || undefined };
  throw new VarveError('USAGE', `${text || 'nothing'} does not say what goes`, {
    hint: kind === 'table' ? 'give --drop-table table' : 'give --drop table.column',
  });
}
