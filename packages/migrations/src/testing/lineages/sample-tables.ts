import { quoteIdentifier as id } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import { pickName } from './names.ts';
import { groundOf, pickDefinition, type SampleChange, types } from './sample-change.ts';
import { pickCondition, pickExpression } from './sample-expression.ts';
import { namesOf, type SampleTable } from './sample-schema.ts';

/** A new table; keys of every kind, foreign keys, generated columns, WITHOUT ROWID, STRICT. */
export const createTable: SampleChange = (dice, _table, tables) => [
  tableSql(dice, pickName(dice, namesOf(tables)), tables),
];

function tableSql(dice: Dice, name: string, tables: readonly SampleTable[]): string {
  const isStrict = dice.isOneIn(8);
  const isWithoutRowid = dice.isOneIn(8);
  const key = dice.pick(['id', 'ID', 'key']);
  const keyType =
    isWithoutRowid || dice.isOneIn(3) ? (isStrict ? 'TEXT' : dice.pick(['text', 'int', ''])) : 'integer';
  const count = 1 + dice.below(4);
  const taken = [key];
  const counts = keyType === 'integer' && dice.isOneIn(5) ? ' AUTOINCREMENT' : '';
  const columns = [`${id(key)} ${keyType} PRIMARY KEY${counts}${dice.isOneIn(2) ? ' NOT NULL' : ''}`];
  for (let at = 0; at < count; at += 1) {
    const column = pickName(dice, taken);
    taken.push(column);
    columns.push(`${id(column)} ${pickDefinition(dice, isStrict)}${pickColumnConstraint(dice)}`);
  }
  if (dice.isOneIn(6))
    columns.push(`"made" ${isStrict ? 'ANY' : dice.pick(types)} AS (${id(taken[1] ?? key)} || 'x')`);
  if (dice.isOneIn(2)) columns.push(foreignKey(dice, taken[1] ?? key, { name, key }, tables));
  const options = [isStrict ? 'STRICT' : '', isWithoutRowid ? 'WITHOUT ROWID' : ''].filter(Boolean);
  return `CREATE TABLE ${id(name)} (\n  ${columns.join(',\n  ')}\n) ${options.join(', ')}`.trimEnd();
}

/** To another table or to its own, with every action. */
function foreignKey(
  dice: Dice,
  column: string,
  own: { readonly name: string; readonly key: string },
  tables: readonly SampleTable[],
): string {
  const parents = tables.map((table) => ({ name: table.name, key: table.columns[0]?.name ?? '' }));
  const parent = dice.pick([...parents, ...parents, own]);
  const deleted = dice.pick(['CASCADE', 'SET NULL', 'SET DEFAULT', 'NO ACTION']);
  const updated = dice.pick(['', ' ON UPDATE CASCADE', ' ON UPDATE SET NULL']);
  return `FOREIGN KEY (${id(column)}) REFERENCES ${id(parent.name)}(${id(parent.key)}) ON DELETE ${deleted}${updated}`;
}

function pickColumnConstraint(dice: Dice): string {
  const at = dice.below(10);
  if (at === 7) return ` DEFAULT ${pickLiteral(dice)}`;
  if (at === 9) return dice.pick([' UNIQUE', ' UNIQUE', ' UNIQUE ON CONFLICT REPLACE']);
  if (at === 8) return ` NOT NULL DEFAULT ${dice.pick(["''", '0', "'x'", '7', "'5'"])}`;
  return '';
}

export const addColumn: SampleChange = (dice, table) => {
  const name = pickName(dice, namesOf(table.columns));
  const definition = pickDefinition(dice, table.isStrict);
  const keyword = dice.isOneIn(4) ? 'ADD' : 'ADD COLUMN';
  const constraint = dice.pick([
    '',
    ` DEFAULT ${pickLiteral(dice)}`,
    ` DEFAULT ${pickLiteral(dice)} NOT NULL`,
    ` DEFAULT (${pickLiteral(dice)})`,
    ` NOT NULL DEFAULT ${pickLiteral(dice)}`,
    dice.isOneIn(3) ? ` AS (${id(dice.pick(table.columns).name)} || 'g')` : '',
  ]);
  return [`ALTER TABLE ${id(table.name)} ${keyword} ${id(name)} ${definition}${constraint}`];
};

export const renameColumn: SampleChange = (dice, table) => {
  const column = dice.pick(table.columns).name;
  const name = pickName(dice, namesOf(table.columns));
  return [`ALTER TABLE ${id(table.name)} RENAME ${dice.pick(['COLUMN ', ''])}${id(column)} TO ${id(name)}`];
};

export const renameTable: SampleChange = (dice, table, tables) => [
  `ALTER TABLE ${id(table.name)} RENAME TO ${id(pickName(dice, namesOf(tables)))}`,
];

export const dropColumn: SampleChange = (dice, table) => [
  `ALTER TABLE ${id(table.name)} DROP COLUMN ${id(dice.pick(table.columns).name)}`,
];

export const dropTable: SampleChange = (dice, table, tables) =>
  tables.length > 1 ? [`DROP TABLE ${dice.pick(['', 'IF EXISTS '])}${id(table.name)}`] : [];

/** The known four steps, into a table with other types, another order, expressions, a filter. */
export const rebuildTable: SampleChange = (dice, table, tables) => {
  const name = pickName(dice, [...namesOf(tables), 'x']);
  const isStrict = dice.isOneIn(10);
  const kept = table.columns.filter((column) => column.isKey || !dice.isOneIn(5));
  if (dice.isOneIn(4)) kept.reverse();
  const columns = kept.map((column) => {
    if (column.isKey) return `${id(column.name)} ${column.type || (isStrict ? 'ANY' : '')} PRIMARY KEY`;
    const isSame = !isStrict && dice.below(3) > 0;
    return `${id(column.name)} ${isSame ? column.type : pickDefinition(dice, isStrict)}${pickColumnConstraint(dice)}`;
  });
  const ground = groundOf(table, tables);
  const values = kept.map((column) =>
    !column.isKey && dice.isOneIn(6) ? pickExpression(dice, ground, 1) : id(column.name),
  );
  const where = dice.isOneIn(8) ? ` WHERE ${pickCondition(dice, ground)}` : '';
  const options = isStrict ? ' STRICT' : '';
  return [
    `CREATE TABLE ${id(name)} (\n  ${columns.join(',\n  ')}\n)${options}`,
    `INSERT INTO ${id(name)} (${kept.map((it) => id(it.name)).join(', ')}) SELECT ${values.join(', ')} FROM ${id(table.name)}${where}`,
    `DROP TABLE ${id(table.name)}`,
    `ALTER TABLE ${id(name)} RENAME TO ${id(table.name)}`,
  ];
};
