import type { Shape, TableShape } from '../lens/index.ts';
import { keywordOf, nameKey, tokenizeSql } from '../sql/index.ts';

/** What rows must fulfil to be in a table. Columns by name key. */
export interface TableDemands {
  readonly columns: readonly string[];
  readonly notNull: ReadonlySet<string>;
  /** Sets of columns in which no two rows are equal. */
  readonly unique: readonly string[];
  readonly uniqueColumns: ReadonlySet<string>;
  /** What is demanded of several columns, or by types: the text of CHECKs, types of a STRICT table. */
  readonly others: readonly string[];
}

const cache = new WeakMap<TableShape, Pick<TableDemands, 'columns' | 'notNull' | 'others'>>();

export function demandsOf(table: TableShape, shape: Shape): TableDemands {
  const known = cache.get(table) ?? readDemands(table);
  cache.set(table, known);
  const keys = (shape.uniqueKeys.get(nameKey(table.name)) ?? []).map((key) => key.map(nameKey));
  const asCompared = (name: string) => {
    const column = table.columns.find((it) => nameKey(it.name) === name);
    return `${name} ${column?.affinity} ${column?.collation}`;
  };
  return {
    ...known,
    unique: keys.map((key) => key.map(asCompared).sort().join()),
    uniqueColumns: new Set(keys.flat()),
  };
}

function readDemands(table: TableShape): Pick<TableDemands, 'columns' | 'notNull' | 'others'> {
  const types = table.columns.map((column) => `${nameKey(column.name)} is ${column.declaredType}`);
  return {
    columns: table.columns.map((column) => nameKey(column.name)),
    notNull: new Set(table.columns.filter((it) => it.isNotNull).map((it) => nameKey(it.name))),
    others: [
      ...readChecks(table.ddl),
      ...(table.isStrict ? types : []),
      ...(table.rowidAlias ? [`${nameKey(table.rowidAlias)} is the rowid`] : []),
    ],
  };
}

function readChecks(ddl: string): string[] {
  const tokens = [...tokenizeSql(ddl)].filter((token) => token.kind !== 'comment');
  return tokens.flatMap((token, at) => {
    if (keywordOf(token) !== 'CHECK' || tokens[at + 1]?.text !== '(') return [];
    let depth = 0;
    const end = tokens.findIndex((it, place) => {
      if (place > at && it.text === '(') depth++;
      if (place > at && it.text === ')') depth--;
      return place > at && depth === 0;
    });
    return [
      tokens
        .slice(at, end + 1)
        .map((it) => it.text.toLowerCase())
        .join(' '),
    ];
  });
}
