import type { Dice } from './dice.ts';

export interface DraftColumn {
  name: string;
  /** All that follows the name. */
  declaration: string;
}

export interface DraftTable {
  name: string;
  columns: DraftColumn[];
  /** Statements that make its indexes. */
  indexes: string[];
  /** CHECKs and foreign keys. */
  constraints: string[];
  /** The tables that it refers to. */
  parents: string[];
}

const nouns = [
  'session',
  'message',
  'tool',
  'run',
  'agent',
  'model',
  'provider',
  'file',
  'memory',
  'task',
  'project',
  'workspace',
  'prompt',
  'plugin',
  'usage',
  'schedule',
  'channel',
  'artifact',
  'permission',
  'snapshot',
];
const aspects = ['', '_item', '_event', '_link', '_state'];
const columnNames = [
  'title',
  'status',
  'kind',
  'payload',
  'metadata',
  'summary',
  'position',
  'tokens',
  'cost',
  'attempt',
  'source',
  'label',
  'parent',
  'owner',
  'locale',
  'priority',
  'archived',
  'version',
  'digest',
  'note',
  'scope',
  'color',
  'path',
  'state',
];

/** As drizzle-kit writes a column, with what such a column holds by default. */
const declarations = [
  'text',
  'text',
  'text',
  'integer',
  'integer',
  'real',
  "text DEFAULT '' NOT NULL",
  'integer DEFAULT 0 NOT NULL',
  "text DEFAULT 'active' NOT NULL",
  'integer DEFAULT false NOT NULL',
  "text DEFAULT '{}' NOT NULL",
];

export function tableName(at: number): string {
  return `${nouns[at % nouns.length]}${aspects[Math.floor(at / nouns.length) % aspects.length]}`;
}

export function draftColumn(table: DraftTable, dice: Dice): DraftColumn {
  const stem = dice.pick(columnNames);
  let name = stem;
  for (let at = 2; table.columns.some((column) => column.name === name); at++) name = `${stem}_${at}`;
  return { name, declaration: dice.pick(declarations) };
}

export interface TableTraits {
  readonly isNumbered: boolean;
  readonly isAutoincrement: boolean;
  readonly hasGenerated: boolean;
}

export function draftTable(
  name: string,
  parents: readonly string[],
  { isNumbered, isAutoincrement, hasGenerated }: TableTraits,
  dice: Dice,
): DraftTable {
  const key = isNumbered
    ? `integer PRIMARY KEY${isAutoincrement ? ' AUTOINCREMENT' : ''} NOT NULL`
    : 'text PRIMARY KEY NOT NULL';
  const created = dice.roll(2) === 0 ? 'integer DEFAULT (unixepoch()) NOT NULL' : 'integer NOT NULL';
  const table: DraftTable = {
    name,
    columns: [{ name: 'id', declaration: key }],
    indexes: [],
    constraints: parents.map(
      (parent) =>
        `FOREIGN KEY (\`${parent}_id\`) REFERENCES \`${parent}\`(\`id\`) ON UPDATE no action ON DELETE cascade`,
    ),
    parents: [...parents],
  };
  for (const parent of parents) table.columns.push({ name: `${parent}_id`, declaration: 'text' });
  for (let count = 3 + dice.roll(6); count > 0; count--) table.columns.push(draftColumn(table, dice));
  table.columns.push({ name: 'created_at', declaration: created });
  if (hasGenerated)
    table.columns.push({
      name: 'created_day',
      declaration: 'integer GENERATED ALWAYS AS (`created_at` / 86400) VIRTUAL',
    });
  return table;
}

export function createStatement({ name, columns, constraints }: DraftTable, under = name): string {
  const lines = [...columns.map((it) => `\`${it.name}\` ${it.declaration}`), ...constraints];
  return `CREATE TABLE \`${under}\` (\n\t${lines.join(',\n\t')}\n);`;
}

export function isGenerated({ declaration }: DraftColumn): boolean {
  return declaration.includes('GENERATED');
}

/** With NULLs and defaults alone, a copy of the rows is what a new table begins with. */
export function rebuildStatements(table: DraftTable): string[] {
  const { name } = table;
  const names = table.columns
    .filter((it) => !isGenerated(it))
    .map((it) => `"${it.name}"`)
    .join(', ');
  return [
    'PRAGMA foreign_keys=OFF;',
    createStatement(table, `__new_${name}`),
    `INSERT INTO \`__new_${name}\`(${names}) SELECT ${names} FROM \`${name}\`;`,
    `DROP TABLE \`${name}\`;`,
    `ALTER TABLE \`__new_${name}\` RENAME TO \`${name}\`;`,
    'PRAGMA foreign_keys=ON;',
    ...table.indexes,
  ];
}
