import type { Product } from '../product.ts';
import { migration } from './statements.ts';

const kinds = [
  'device',
  'channel',
  'skill',
  'cron_job',
  'pairing',
  'inbox',
  'outbox',
  'contact',
  'memory',
  'memory_chunk',
  'secret',
  'hook',
  'webhook',
  'quota',
  'usage_day',
  'approval',
  'browser_tab',
  'canvas',
  'voice_note',
  'group_chat',
  'presence',
  'reaction',
];

/** Many small tables with few rows, a table or some columns in each release. */
export const gardener: Product = {
  name: 'gardener',
  tables: 24,
  migrations: 45,
  pending: [1, 3, 44],
  isWal: true,
  ledger: '0.45',
  habits: [],
  userVersion: 12,
  rowsBytes: 12_000,
  script: [
    migration(
      'CREATE TABLE `account` (`id` text PRIMARY KEY NOT NULL, `name` text NOT NULL, `created_at` integer DEFAULT (unixepoch() * 1000) NOT NULL);',
      "CREATE TABLE `config` (`key` text PRIMARY KEY NOT NULL, `value` text DEFAULT 'null' NOT NULL) WITHOUT ROWID;",
      'CREATE UNIQUE INDEX `account_name_unique` ON `account` (`name`);',
    ),
    ...kinds.flatMap((kind, at) => [
      migration(
        `CREATE TABLE \`${kind}\` (\n\t\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n\t\`account_id\` text NOT NULL,\n\t\`payload\` text DEFAULT '{}' NOT NULL,\n\t\`state\` text DEFAULT 'new' NOT NULL,\n\t\`created_at\` integer DEFAULT (unixepoch() * 1000) NOT NULL,\n\tFOREIGN KEY (\`account_id\`) REFERENCES \`account\`(\`id\`) ON UPDATE no action ON DELETE cascade\n);`,
        `CREATE INDEX \`${kind}_account_idx\` ON \`${kind}\` (\`account_id\`,\`created_at\`);`,
      ),
      migration(
        `ALTER TABLE \`${kind}\` ADD \`updated_at\` integer;`,
        `ALTER TABLE \`${kinds[Math.floor(at / 2)]}\` ADD \`extra_${at}\` text;`,
        ...(at % 3 === 0 ? [`UPDATE \`${kind}\` SET \`updated_at\` = \`created_at\`;`] : []),
        ...(at % 4 === 1
          ? [`CREATE INDEX \`${kind}_state_idx\` ON \`${kind}\` (\`state\`) WHERE \`state\` <> 'done';`]
          : []),
      ),
    ]),
  ],
};
