import { quoteIdentifier as id } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';

export interface DraftColumn {
  readonly name: string;
  type: string;
  rest: string;
}

/** A table as its author thinks of it: what the next rebuild will say of it. */
export interface DraftTable {
  readonly name: string;
  columns: DraftColumn[];
  constraints: string[];
  options: string;
  indexes: string[];
  triggers: string[];
}

const types = ['text', 'integer', 'real', 'numeric', 'blob', 'varchar(9)', 'int', 'boolean'];
const alike: Readonly<Record<string, string>> = {
  text: 'varchar(9)',
  integer: 'int',
  real: 'double',
  numeric: 'boolean',
  blob: '',
};
const defaults = [
  " DEFAULT 'x'", ' DEFAULT 7', ' DEFAULT -1.5', " DEFAULT '5'", ' DEFAULT true', '', '', ' DEFAULT NULL', " DEFAULT ('y')",
  ' DEFAULT (1 + 1)', ' COLLATE NOCASE', " DEFAULT 'x' NOT NULL", ' DEFAULT 3 NOT NULL', ' NOT NULL',
]; // biome-ignore format: a list reads better in rows

export function draftTable(dice: Dice, name: string, parents: readonly DraftTable[]): DraftTable {
  const key = dice.pick([
    'integer PRIMARY KEY', 'integer PRIMARY KEY AUTOINCREMENT NOT NULL', 'text PRIMARY KEY NOT NULL', 'text PRIMARY KEY',
    'text', 'int PRIMARY KEY', 'integer PRIMARY KEY NOT NULL',
  ]); // biome-ignore format: a list reads better in rows
  const columns = [
    { name: 'id', type: key, rest: '' },
    ...Array.from({ length: 1 + dice.below(4) }, (_, at) => column(dice, at)),
  ];
  if (dice.isOneIn(5)) {
    const kind = dice.pick(['VIRTUAL', 'STORED', '']);
    columns.splice(1 + dice.below(2), 0, { name: 'made', type: 'text', rest: ` AS (id || 'x') ${kind}` });
  }
  const isWithoutRowid = key.includes('PRIMARY') && !key.includes('AUTO') && dice.isOneIn(5);
  const parent = parents.length > 0 && dice.isOneIn(2) ? dice.pick(parents) : undefined;
  const constraints = [
    ...(parent ? [reference(dice, parent)] : []),
    ...(dice.isOneIn(5) ? [`UNIQUE (${id('c0')}, id)`] : []),
  ];
  return {
    name,
    columns,
    constraints,
    options: isWithoutRowid ? ' WITHOUT ROWID' : '',
    indexes: [],
    triggers: [],
  };
}

function column(dice: Dice, at: number): DraftColumn {
  const rest = dice.pick([...defaults.slice(0, 11), '', '', ' UNIQUE']);
  return { name: `c${at}`, type: dice.pick(types), rest };
}

function reference(dice: Dice, { name }: DraftTable): string {
  return `FOREIGN KEY (c0) REFERENCES ${id(name)}(id)${dice.pick(['', ' ON DELETE CASCADE', ' ON DELETE SET NULL'])}`;
}

export function createTableSql({ columns, constraints, options }: DraftTable, name: string): string {
  const parts = [...columns.map((it) => `${id(it.name)} ${it.type}${it.rest}`), ...constraints];
  return `CREATE TABLE ${id(name)} (\n\t${parts.join(',\n\t')}\n)${options}`;
}

type Turn = (dice: Dice, table: DraftTable, tables: readonly DraftTable[]) => void;

function pickColumn(dice: Dice, { columns }: DraftTable): DraftColumn {
  const plain = columns.filter(({ name }) => /^[cn]\d/.test(name));
  return dice.pick(plain.length > 0 ? plain : columns);
}

/** What a rebuild is for. The first of them keep the rows where they lie. */
const turns: readonly Turn[] = [
  () => {},
  (dice, table) => {
    table.columns.push({
      name: `n${table.columns.length}`,
      type: dice.pick(types),
      rest: dice.pick(defaults),
    });
  },
  (dice, table) => {
    const it = pickColumn(dice, table);
    if (!it.rest.includes('NOT NULL')) it.rest += ' NOT NULL';
  },
  (dice, table) => {
    const { name } = pickColumn(dice, table);
    table.constraints.push(
      dice.pick([
        `CHECK (${id(name)} <> 'bad')`,
        `CHECK (length(${id(name)}) < 4)`,
        `CONSTRAINT "k" CHECK (${id(`__new_${table.name}`)}.${id(name)} IS NOT 9)`,
        `CHECK (${id(name)} IN ('x', 7, "c0") OR 1)`,
        `CHECK (typeof(${id(name)}) <> 'blob')`,
      ]),
    );
  },
  (dice, table) => {
    table.constraints = table.constraints.filter((it) => !it.includes(dice.pick(['CHECK', 'FOREIGN'])));
  },
  (dice, table, tables) => {
    table.constraints.push(reference(dice, dice.pick(tables)));
  },
  (dice, table) => {
    const it = pickColumn(dice, table);
    it.type = alike[it.type] ?? it.type;
  },
  (dice, table) => {
    const it = pickColumn(dice, table);
    it.rest = dice.pick(defaults);
  },
  (dice, table) => {
    const it = pickColumn(dice, table);
    it.type = dice.pick(types);
  },
  (_dice, table) => {
    table.constraints.push('UNIQUE (c0)');
  },
  (dice, table) => {
    table.columns = table.columns.filter((it) => it.name === 'id' || it !== pickColumn(dice, table));
  },
  (_dice, table) => {
    table.columns.reverse();
  },
];

/** A rebuild as drizzle-kit and others write it, with what lay over the table made again, or forgotten. */
export function rebuildKeeping(dice: Dice, table: DraftTable, tables: readonly DraftTable[]): string[] {
  const before = new Set(table.columns.map(({ name }) => name));
  for (let turn = dice.below(3); turn >= 0; turn--) {
    const kind = dice.isOneIn(3) ? dice.pick(turns) : dice.pick(turns.slice(0, 8));
    kind(dice, table, tables);
  }
  if (dice.isOneIn(4)) table.indexes = table.indexes.filter(() => dice.below(2) === 0);
  if (dice.isOneIn(4)) table.triggers = [];
  const made = `__new_${table.name}`;
  const kept = table.columns.filter((it) => before.has(it.name) && !it.rest.includes(' AS ('));
  const names = kept.map((it) => id(it.name)).join(', ');
  const isAll = kept.length === table.columns.length && dice.isOneIn(6);
  const where = dice.isOneIn(12) ? ' WHERE c0 IS NOT NULL' : '';
  return [
    createTableSql(table, made),
    isAll
      ? `INSERT INTO ${id(made)} SELECT * FROM ${id(table.name)}`
      : `INSERT INTO ${id(made)}(${names}) SELECT ${names} FROM ${id(table.name)}${where}`,
    `DROP TABLE ${id(table.name)}`,
    `ALTER TABLE ${id(made)} RENAME TO ${id(table.name)}`,
    ...table.indexes,
    ...table.triggers,
  ];
}
