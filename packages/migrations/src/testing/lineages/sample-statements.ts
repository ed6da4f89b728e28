import { quoteIdentifier } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import { pickName } from './names.ts';
import { type Ground, pickCondition, pickExpression } from './sample-expression.ts';
import { namesOf, type SampleTable } from './sample-schema.ts';
import { stagedStatement, writingTrigger } from './sample-staged-statements.ts';
import { virtualTable } from './sample-virtual-tables.ts';

/** Writes the statements of one change to the tables that exist now. */
type SampleChange = (dice: Dice, table: SampleTable, tables: readonly SampleTable[]) => string[];

const types = [
  'text', 'integer', 'real', 'numeric', 'blob', '', 'INT', 'varchar(20)', 'boolean', 'datetime',
  'double precision', 'any', 'BIGINT', 'decimal(10, 2)', 'CLOB', 'STRING', '""', '"my text"', 'FLOATING POINT',
  'character varying (10, 2)', '[]',
]; // biome-ignore format: a list reads better in rows
const strictTypes = ['TEXT', 'INTEGER', 'REAL', 'ANY', 'BLOB'];
const collations = ['', '', '', ' COLLATE NOCASE', ' COLLATE RTRIM'];
const id = quoteIdentifier;

function others(table: SampleTable, tables: readonly SampleTable[]): SampleTable[] {
  return tables.filter((it) => it !== table);
}

function groundOf(table: SampleTable, tables: readonly SampleTable[], alias = table.name): Ground {
  return { table, alias, others: others(table, tables) };
}

function pickDefinition(dice: Dice, isStrict: boolean): string {
  const type = isStrict ? dice.pick(strictTypes) : dice.pick(types);
  return `${type}${dice.pick(collations)}`;
}

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
  if (at === 9) return ' UNIQUE';
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

export const changeIndexes: SampleChange = (dice, table) => {
  const column = id(dice.pick(table.columns).name);
  const name = dice.pick(['i1', 'i2']);
  return dice.pick([
    [`CREATE INDEX ${id(name)} ON ${id(table.name)} (${column})`],
    [`DROP INDEX IF EXISTS ${id(name)}`],
    [
      `CREATE INDEX ${id(name)} ON ${id(table.name)} (${column} COLLATE NOCASE, ${id(dice.pick(table.columns).name)} DESC)`,
    ],
  ]);
};

export const changeViews: SampleChange = (dice, table, tables) => {
  const columns = table.columns.map((it) => id(it.name)).join(', ');
  return dice.pick([
    [`CREATE VIEW IF NOT EXISTS "seen" AS SELECT ${columns} FROM ${id(table.name)}`],
    ['DROP VIEW IF EXISTS "seen"'],
    [
      `CREATE VIEW IF NOT EXISTS "counted" AS SELECT count(*) AS n FROM ${id(table.name)} WHERE ${pickCondition(dice, groundOf(table, tables))}`,
    ],
  ]);
};

export const createTrigger: SampleChange = (dice, table, tables) => {
  const other = dice.pick([...others(table, tables), table]);
  return [
    `CREATE TRIGGER IF NOT EXISTS "fired" AFTER ${dice.pick(['DELETE', 'UPDATE', 'INSERT'])} ON ${id(table.name)} BEGIN
  DELETE FROM ${id(other.name)} WHERE ${id(other.columns[0]?.name ?? '')} = 1;
END`,
  ];
};

/** Every kind of change, the common ones several times. */
export const sampleChanges: readonly SampleChange[] = [
  addColumn, renameColumn, updateRows, dropColumn, rebuildTable, updateRows, deleteRows, insertValues, insertSelect,
  createTable, renameTable, insertQuery, changeViews, updateRows, rebuildTable, dropTable, updateRows, changeIndexes,
  rebuildTable, updateRows, addColumn, insertSelect, createTrigger, updateRows, rebuildTable, insertOrReplace,
  stagedStatement, stagedStatement, stagedStatement, stagedStatement, writingTrigger, virtualTable, virtualTable,
]; // biome-ignore format: a list reads better in rows
