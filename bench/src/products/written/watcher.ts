import type { Product } from '../product.ts';
import { migration } from './statements.ts';

const tables = ['project', 'thread', 'turn', 'item', 'approval', 'job', 'agent', 'label'];

function touch(table: string): string {
  return `CREATE TRIGGER \`${table}_touch\` AFTER UPDATE ON \`${table}\` FOR EACH ROW WHEN NEW.\`updated_at\` = OLD.\`updated_at\` BEGIN\n\tUPDATE \`${table}\` SET \`updated_at\` = unixepoch() WHERE \`id\` = NEW.\`id\`;\nEND;`;
}

function audit(table: string): string[] {
  return [
    `CREATE TRIGGER \`${table}_insert_log\` AFTER INSERT ON \`${table}\` BEGIN INSERT INTO \`change\` (\`table_name\`, \`row_id\`, \`kind\`) VALUES ('${table}', NEW.\`id\`, 'insert'); END;`,
    `CREATE TRIGGER \`${table}_delete_log\` AFTER DELETE ON \`${table}\` BEGIN INSERT INTO \`change\` (\`table_name\`, \`row_id\`, \`kind\`) VALUES ('${table}', OLD.\`id\`, 'delete'); END;`,
  ];
}

/** Triggers on every table: a stamp at each update, a log of each change, a guard. */
export const watcher: Product = {
  name: 'watcher',
  tables: 11,
  migrations: 16,
  pending: [1, 4, 15],
  isWal: true,
  ledger: '0.45',
  habits: [],
  script: [
    migration(
      'CREATE TABLE `change` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `table_name` text NOT NULL, `row_id` text, `kind` text NOT NULL, `at` integer DEFAULT (unixepoch()) NOT NULL);',
      ...tables.map(
        (table, at) =>
          `CREATE TABLE \`${table}\` (\`id\` text PRIMARY KEY NOT NULL, \`title\` text, \`body\` text DEFAULT '' NOT NULL, \`updated_at\` integer DEFAULT 0 NOT NULL${at > 0 ? `, \`${tables[at - 1]}_id\` text REFERENCES \`${tables[at - 1]}\`(\`id\`) ON DELETE cascade` : ''});`,
      ),
      ...tables.map(touch),
    ),
    migration(tables.slice(0, 4).flatMap(audit)),
    migration('ALTER TABLE `thread` ADD `archived` integer DEFAULT false NOT NULL;'),
    migration(tables.slice(4).flatMap(audit)),
    migration(
      'ALTER TABLE `item` ADD `tokens` integer;',
      'CREATE INDEX `item_turn_idx` ON `item` (`turn_id`);',
    ),
    migration(
      "CREATE TRIGGER `job_guard` BEFORE UPDATE OF `title` ON `job` WHEN NEW.`title` = '' BEGIN SELECT RAISE(ABORT, 'a job needs a title'); END;",
    ),
    migration('DROP TRIGGER `label_touch`;', 'ALTER TABLE `label` ADD `color` text;', touch('label')),
    migration('ALTER TABLE `turn` RENAME COLUMN "body" TO "content";'),
    migration(
      'CREATE TABLE `counter` (`name` text PRIMARY KEY NOT NULL, `value` integer DEFAULT 0 NOT NULL);',
      "CREATE TRIGGER `item_count` AFTER INSERT ON `item` BEGIN INSERT INTO `counter` VALUES ('item', 1) ON CONFLICT (`name`) DO UPDATE SET `value` = `value` + 1; END;",
    ),
    migration("INSERT INTO `counter` (`name`, `value`) SELECT 'item', count(*) FROM `item`;"),
    migration('ALTER TABLE `agent` ADD `model` text;', 'ALTER TABLE `agent` ADD `provider` text;'),
    migration('UPDATE `thread` SET `archived` = 1, `updated_at` = `updated_at` + 1 WHERE `title` IS NULL;'),
    migration('DROP TRIGGER `job_guard`;', 'ALTER TABLE `job` DROP COLUMN `body`;'),
    migration('DELETE FROM `label` WHERE `title` IS NULL;'),
    migration(
      'CREATE TABLE `setting` (`id` text PRIMARY KEY NOT NULL, `title` text, `updated_at` integer DEFAULT 0 NOT NULL);',
      touch('setting'),
    ),
    migration(
      'ALTER TABLE `project` ADD `path` text;',
      "UPDATE `project` SET `path` = '/home/' || `id`, `updated_at` = `updated_at` + 1;",
    ),
  ],
};
