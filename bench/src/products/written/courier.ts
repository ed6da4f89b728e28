import type { Product } from '../product.ts';
import { migration, rebuild } from './statements.ts';

const parcel =
  '`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `order_id` text NOT NULL, `body` text, `weight` integer, `status` text';

/** Views, a trigger, generated columns, indexes of some rows and of what is computed: what other tools' migrations hold. */
export const courier: Product = {
  name: 'courier',
  tables: 5,
  migrations: 10,
  pending: [1, 3, 6],
  isWal: false,
  ledger: '1.0',
  habits: [],
  script: [
    migration(
      'CREATE TABLE `order` (`id` text PRIMARY KEY NOT NULL, `name` text, `metadata` text, `created_at` integer NOT NULL);',
      `CREATE TABLE \`parcel\` (${parcel}, FOREIGN KEY (\`order_id\`) REFERENCES \`order\`(\`id\`) ON DELETE cascade);`,
      'CREATE TABLE `event` (`id` integer PRIMARY KEY NOT NULL, `parcel_id` integer, `kind` text, `created_at` integer NOT NULL);',
      'CREATE TABLE `label` (`id` integer PRIMARY KEY NOT NULL, `order_id` text, `kind` text, `body` text, `created_at` integer NOT NULL);',
      'CREATE VIEW `open_parcel` AS SELECT `id`, `order_id`, `status` FROM `parcel` WHERE `status` IS NOT NULL;',
    ),
    migration(
      "ALTER TABLE `order` ADD `version` integer GENERATED ALWAYS AS (json_extract(`metadata`, '$.v')) VIRTUAL;",
      'CREATE INDEX `order_version_idx` ON `order` (`version`);',
    ),
    migration('CREATE INDEX `parcel_heavy_idx` ON `parcel` (`weight`) WHERE `weight` > 500;'),
    migration('CREATE INDEX `order_lower_idx` ON `order` (lower(`name`));'),
    migration(
      'CREATE TRIGGER `parcel_gone` AFTER DELETE ON `parcel` BEGIN DELETE FROM `event` WHERE `parcel_id` = old.`id`; END;',
    ),
    migration('ALTER TABLE `parcel` ADD `carrier` text;', 'ALTER TABLE `event` ADD `note` text;'),
    migration(
      'CREATE TABLE `carrier` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL);',
      'CREATE UNIQUE INDEX `carrier_name_idx` ON `carrier` (`name`);',
    ),
    migration(
      rebuild(
        'label',
        "`id` integer PRIMARY KEY NOT NULL, `order_id` text, `kind` text DEFAULT 'plain', `body` text, `created_at` integer NOT NULL",
        ['id', 'order_id', 'kind', 'body', 'created_at'],
      ),
      'CREATE INDEX `label_kind_idx` ON `label` (`order_id`, `kind`);',
    ),
    migration("UPDATE `parcel` SET `carrier` = 'post' WHERE `carrier` IS NULL;"),
    migration(
      'DROP VIEW `open_parcel`;',
      'CREATE VIEW `open_parcel` AS SELECT `id`, `order_id`, `status`, `carrier` FROM `parcel` WHERE `status` IS NOT NULL;',
    ),
  ],
};
