import { quoteIdentifier as id } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import { pickName } from './names.ts';
import { groundOf, type SampleChange } from './sample-change.ts';
import { pickExpression } from './sample-expression.ts';
import { namesOf, type SampleColumn, type SampleTable } from './sample-schema.ts';

const paths = ["'$.k'", "'$.v'", "'$.k[0]'", "'$'", "'$.new.deep'", "'$[#]'", '\'$."a b"\'', 'NULL'];
const patches = [`'{"k":null,"b":{"c":1}}'`, `'[1]'`, `json_object('v', 2)`];

/** Several steps over JSON that is there already, one function over the other. */
function pickReshaping(dice: Dice, from: string, table: SampleTable): string {
  const path = () => dice.pick(paths);
  const steps: ((inner: string) => string)[] = [
    (inner) => `json_set(${inner}, ${path()}, ${pickMember(dice, from, table)})`,
    (inner) =>
      `json_set(${inner}, ${path()}, ${pickMember(dice, from, table)}, ${path()}, ${pickLiteral(dice)} || '')`,
    (inner) => `json_insert(${inner}, ${path()}, ${pickMember(dice, from, table)})`,
    (inner) => `json_replace(${inner}, ${path()}, ${pickMember(dice, from, table)})`,
    (inner) => `json_remove(${inner}, ${path()})`,
    (inner) => `json_patch(${inner}, ${dice.pick(patches)})`,
    (inner) => `json(${inner})`,
    (inner) => `coalesce(json_extract(${inner}, ${path()}), ${inner})`,
  ];
  let sql = from;
  for (let left = 1 + dice.below(2); left > 0; left -= 1) sql = dice.pick(steps)(sql);
  return sql;
}

/** What is put into JSON: a value, JSON, or a list made of what is in it. */
function pickMember(dice: Dice, from: string, table: SampleTable): string {
  const other = id(dice.pick(table.columns).name);
  return dice.pick([
    `json_extract(${from}, ${dice.pick(paths)})`,
    `typeof(${other})`,
    `CASE typeof(${other}) WHEN 'blob' THEN NULL ELSE ${other} END`,
    `json('{"t":[1, 2.0]}')`,
    `json_array(1, NULL, 'x')`,
    `(SELECT json_group_array(value) FROM json_each(${from}) WHERE type <> 'object')`,
    `'{"t":1}'`,
    'NULL',
  ]);
}

function pickColumnOfJson(dice: Dice, { columns }: SampleTable): SampleColumn | undefined {
  const settable = columns.filter((column) => !column.isGenerated && !column.isKey);
  return settable.length === 0 ? undefined : dice.pick(settable);
}

/** Two or three migrations of the same column, guarded as real ones are: a text that is no JSON fails. */
export const reshapeJson: SampleChange = (dice, table) => {
  const column = pickColumnOfJson(dice, table);
  if (!column) return [];
  const name = id(column.name);
  const guard = `typeof(${name}) = 'text' AND json_valid(${name})`;
  const update = () => {
    const sql = pickReshaping(dice, name, table);
    return dice.pick([
      `UPDATE ${id(table.name)} SET ${name} = ${sql} WHERE ${guard}`,
      `UPDATE ${id(table.name)} SET ${name} = CASE WHEN ${guard} THEN ${sql} ELSE ${dice.pick([name, 'NULL', `'{"v":1}'`])} END`,
      `UPDATE ${id(table.name)} SET ${name} = iif(${guard}, ${sql}, json_object('was', typeof(${name})))`,
    ]);
  };
  const seed = `UPDATE ${id(table.name)} SET ${name} = '{"k":[1,{"v":"x"}],"a b":null,"v":2.50}' WHERE ${name} IS NULL`;
  const updates = Array.from({ length: 1 + dice.below(3) }, update);
  return dice.isOneIn(3) ? [seed, ...updates] : updates;
};

/** A rebuild that folds columns into JSON or takes them out of it, into a table whose defaults are JSON. */
export const rebuildWithJson: SampleChange = (dice, table, tables) => {
  const name = pickName(dice, [...namesOf(tables), 'x']);
  const kept = table.columns.filter((column) => column.isKey || !dice.isOneIn(4));
  const made = pickName(dice, namesOf(table.columns));
  const given = pickName(dice, [...namesOf(table.columns), made]);
  const own = dice.pick(table.columns).name;
  const cell = `CASE typeof(${id(own)}) WHEN 'blob' THEN NULL ELSE ${id(own)} END`;
  const isJson = `typeof(${id(own)}) = 'text' AND json_valid(${id(own)})`;
  const folded = dice.pick([
    `json_object('k', ${cell}, 'v', json_array(${pickLiteral(dice)} || '', ${cell}))`,
    `CASE WHEN ${isJson} THEN ${pickReshaping(dice, id(own), table)} ELSE json_array(${cell}) END`,
    `CASE WHEN ${isJson} THEN ${id(own)} ->> '$.k' ELSE ${pickExpression(dice, groundOf(table, tables), 1)} END`,
    `(SELECT json_group_array(value) FROM json_each(json_array(${cell}, 2)))`,
  ]);
  const columns = [
    ...kept.map(({ name: column, type, isKey }) => `${id(column)} ${type}${isKey ? ' PRIMARY KEY' : ''}`),
    `${id(made)} ${dice.pick(['text', 'text', 'json', 'blob', 'numeric'])}`,
    `${id(given)} text DEFAULT (${dice.pick([`json_object('v', 1)`, `json_array()`, `'{"v": 1}'`, `json('[1, 2]')`])})`,
  ];
  const list = kept.map((column) => id(column.name));
  return [
    `CREATE TABLE ${id(name)} (\n  ${columns.join(',\n  ')}\n)`,
    `INSERT INTO ${id(name)} (${[...list, id(made)].join(', ')}) SELECT ${[...list, folded].join(', ')} FROM ${id(table.name)}`,
    `DROP TABLE ${id(table.name)}`,
    `ALTER TABLE ${id(name)} RENAME TO ${id(table.name)}`,
    ...(dice.isOneIn(2)
      ? [
          `UPDATE ${id(table.name)} SET ${id(given)} = json_set(${id(given)}, '$.n', ${id(made)} IS NULL) WHERE json_valid(${id(given)})`,
        ]
      : []),
  ];
};
