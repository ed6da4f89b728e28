import type { Product } from '../product.ts';
import { migration, rebuild } from './statements.ts';

interface Draft {
  readonly name: string;
  readonly columns: string[];
  readonly rest: string;
  readonly indexes: readonly string[];
}

const drafts: Draft[] = [
  'user',
  'workflow',
  'execution',
  'credential',
  'webhook',
  'variable',
  'tag',
  'folder',
].map((name, at, names) => ({
  name,
  columns: [
    '`id` text PRIMARY KEY NOT NULL',
    '`name` text',
    '`payload` text',
    ...(at > 0 ? [`\`${names[at - 1]}_id\` text`] : []),
    '`created_at` integer NOT NULL',
  ],
  rest:
    at > 0
      ? `,\n\tFOREIGN KEY (\`${names[at - 1]}_id\`) REFERENCES \`${names[at - 1]}\`(\`id\`) ON UPDATE no action ON DELETE cascade`
      : '',
  indexes: [
    `CREATE INDEX \`${name}_name_idx\` ON \`${name}\` (\`name\`);`,
    `CREATE INDEX \`${name}_created_idx\` ON \`${name}\` (\`created_at\`);`,
  ],
}));

function body({ columns, rest }: Draft): string {
  return `\n\t${columns.join(',\n\t')}${rest}\n`;
}

function namesOf({ columns }: Draft): string[] {
  return columns.map((it) => it.split('`')[1] ?? '');
}

function step(at: number): string {
  const draft = drafts[(at * 3) % drafts.length] as Draft;
  const before = namesOf(draft);
  const name = `option_${at}`;
  draft.columns.push(at % 2 === 0 ? `\`${name}\` text DEFAULT 'x' NOT NULL` : `\`${name}\` integer`);
  if (at % 3 === 0) draft.columns[1] = "`name` text DEFAULT '' ";
  return migration(rebuild(draft.name, body(draft), before), draft.indexes);
}

/** A rebuild of a table in each migration, as TypeORM and a change of a column's type have it. */
export const mason: Product = {
  name: 'mason',
  tables: 8,
  migrations: 26,
  pending: [1, 3, 25],
  isWal: true,
  ledger: '0.45',
  habits: [],
  script: [
    migration(
      drafts.flatMap((draft) => [`CREATE TABLE \`${draft.name}\` (${body(draft)});`, ...draft.indexes]),
    ),
    ...Array.from({ length: 25 }, (_, at) => step(at)),
  ],
};
