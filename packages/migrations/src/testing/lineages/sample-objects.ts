import { quoteIdentifier as id } from '../../sql/sql-tokens.ts';
import { groundOf, others, type SampleChange } from './sample-change.ts';
import { pickCondition } from './sample-expression.ts';

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
