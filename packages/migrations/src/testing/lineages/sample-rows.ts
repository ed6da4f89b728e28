import { quoteIdentifier as id } from '../../sql/sql-tokens.ts';
import { pickLiteral } from './literals.ts';
import { pickName } from './names.ts';
import { groundOf, others, type SampleChange, types } from './sample-change.ts';
import { pickCondition, pickExpression } from './sample-expression.ts';
import { namesOf } from './sample-schema.ts';

export const updateRows: SampleChange = (dice, table, tables) => {
  const settable = table.columns.filter(
    (column) => !column.isGenerated && (!column.isKey || dice.isOneIn(12)),
  );
  if (settable.length === 0) return [];
  const alias = dice.isOneIn(6) ? 'aliased' : table.name;
  const ground = groundOf(table, tables, alias);
  const count = 1 + dice.below(2);
  const assignments = Array.from(
    { length: count },
    () => `${id(dice.pick(settable).name)} = ${pickExpression(dice, ground)}`,
  );
  const where = dice.below(3) > 0 ? ` WHERE ${pickCondition(dice, ground)}` : '';
  const as = alias === table.name ? '' : ` AS ${id(alias)}`;
  return [`UPDATE ${id(table.name)}${as} SET ${assignments.join(', ')}${where}`];
};

export const deleteRows: SampleChange = (dice, table, tables) => [
  `DELETE FROM ${id(table.name)}${dice.isOneIn(8) ? '' : ` WHERE ${pickCondition(dice, groundOf(table, tables))}`}`,
];

export const insertValues: SampleChange = (dice, table) => {
  const columns = table.columns.filter(
    (column) => !column.isGenerated && (column.isKey ? !dice.isOneIn(12) : dice.below(4) > 0),
  );
  const rows = Array.from({ length: 1 + dice.below(3) }, (_, row) => {
    const values = columns.map((column) =>
      column.isKey ? String(5000 + row + dice.below(500)) : pickLiteral(dice),
    );
    return `(${values.join(', ')})`;
  });
  return [
    `INSERT INTO ${id(table.name)} (${columns.map((it) => id(it.name)).join(', ')}) VALUES ${rows.join(', ')}`,
  ];
};

export const insertSelect: SampleChange = (dice, table, tables) => {
  const from = dice.pick([...others(table, tables), table]);
  const ground = groundOf(from, tables);
  const columns = table.columns.filter(
    (column) => !column.isGenerated && (column.isKey || dice.below(4) > 0),
  );
  const key = from.columns.find((column) => column.isKey) ?? from.columns[0];
  const values = columns.map((column) =>
    column.isKey
      ? `${id(key?.name ?? '')} + 10000`
      : dice.isOneIn(3)
        ? pickExpression(dice, ground, 1)
        : id(dice.pick(from.columns).name),
  );
  const where = dice.isOneIn(2) ? ` WHERE ${pickCondition(dice, ground)}` : '';
  return [
    `INSERT INTO ${id(table.name)} (${columns.map((it) => id(it.name)).join(', ')}) SELECT ${values.join(', ')} FROM ${id(from.name)}${where}`,
  ];
};

/** CREATE TABLE AS, a TEMP table on the way, joins, DISTINCT and groups. */
export const insertQuery: SampleChange = (dice, table, tables) => {
  const from = dice.pick([...others(table, tables), table]);
  const ground = groundOf(from, tables);
  const name = pickName(dice, namesOf(tables));
  const own = table.columns.map((it) => `a.${id(it.name)}`);
  const foreign = `b.${id(dice.pick(from.columns).name)}`;
  const join = `${id(table.name)} a ${dice.pick(['JOIN', 'LEFT JOIN'])} ${id(from.name)} b ON ${foreign} = ${dice.pick(own)}`;
  const column = id(dice.pick(from.columns).name);
  const plain = table.columns.filter((it) => !it.isGenerated).map((it) => id(it.name));
  const key = id(table.columns.find((it) => it.isKey)?.name ?? '');
  return dice.pick([
    [
      `CREATE TABLE ${id(name)} AS SELECT ${pickExpression(dice, ground, 1)} AS "x", ${column} AS "y" FROM ${id(from.name)}`,
    ],
    [`CREATE TABLE ${id(name)} AS SELECT ${own.join(', ')}, ${foreign} AS "joined" FROM ${join}`],
    [
      `CREATE TABLE ${id(name)} (d ${dice.pick(types)})`,
      `INSERT INTO ${id(name)} SELECT DISTINCT ${column} FROM ${id(from.name)}`,
    ],
    [
      `CREATE TABLE ${id(name)} (d ${dice.pick(types)}, n)`,
      `INSERT INTO ${id(name)} SELECT ${column}, count(*) FROM ${id(from.name)} GROUP BY ${column}`,
    ],
    [
      `CREATE TABLE ${id(name)} (d ${dice.pick(types)}, n)`,
      `INSERT INTO ${id(name)} SELECT ${foreign}, ${dice.pick(own)} FROM ${join}`,
    ],
    [
      `CREATE TEMP TABLE "kept" AS SELECT ${plain.join(', ')} FROM ${id(table.name)} WHERE ${pickCondition(dice, groundOf(table, tables))}`,
      `DELETE FROM ${id(table.name)}`,
      `INSERT INTO ${id(table.name)} (${plain.join(', ')}) SELECT ${plain.join(', ')} FROM "kept" WHERE ${key} IS NOT NULL`,
      'DROP TABLE "kept"',
    ],
  ]);
};

/** Conflicts that SQLite resolves; and what no lens knows, which must not be shown as if it had not run. */
export const insertOrReplace: SampleChange = (dice, table) => {
  const columns = table.columns.filter((column) => !column.isGenerated);
  const values = columns.map((column) => (column.isKey ? String(1 + dice.below(4)) : pickLiteral(dice)));
  const names = columns.map((it) => id(it.name)).join(', ');
  return [
    dice.pick([
      `INSERT OR REPLACE INTO ${id(table.name)} (${names}) VALUES (${values.join(', ')})`,
      `UPDATE OR IGNORE ${id(table.name)} SET ${columns.map((it, at) => `${id(it.name)} = ${values[at]}`).join(', ')}`,
      `REPLACE INTO ${id(table.name)} (${names}) VALUES (${values.join(', ')})`,
      `DELETE FROM ${id(table.name)} WHERE ${id(table.columns[0]?.name ?? '')} = last_insert_rowid()`,
    ]),
  ];
};
