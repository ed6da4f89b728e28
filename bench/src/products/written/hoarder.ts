import type { Product } from '../product.ts';
import { migration, rebuild } from './statements.ts';

/** Few rows of 20 to 200 kB each: transcripts, screenshots. */
export const hoarder: Product = {
  name: 'hoarder',
  tables: 5,
  migrations: 9,
  pending: [1, 3, 8],
  isWal: true,
  ledger: '0.45',
  habits: [],
  rowsBytes: 3_000_000,
  rowBytes: 90_000,
  script: [
    migration(
      'CREATE TABLE `chat` (`id` text PRIMARY KEY NOT NULL, `title` text, `created_at` integer NOT NULL);',
      'CREATE TABLE `bubble` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `chat_id` text NOT NULL, `kind` text, `body` text NOT NULL, `created_at` integer NOT NULL, FOREIGN KEY (`chat_id`) REFERENCES `chat`(`id`) ON DELETE cascade);',
      'CREATE INDEX `bubble_chat_idx` ON `bubble` (`chat_id`);',
      'CREATE TABLE `blob_store` (`key` text PRIMARY KEY NOT NULL, `body` text);',
    ),
    migration('ALTER TABLE `bubble` ADD `tokens` integer;'),
    migration('UPDATE `bubble` SET `tokens` = length(`body`) / 4 WHERE `tokens` IS NULL;'),
    migration(
      'CREATE TABLE `checkpoint` (`id` integer PRIMARY KEY NOT NULL, `chat_id` text, `at` integer DEFAULT (unixepoch()) NOT NULL);',
    ),
    migration(
      rebuild(
        'bubble',
        "`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `chat_id` text NOT NULL, `kind` text DEFAULT 'text' NOT NULL, `body` text NOT NULL, `created_at` integer NOT NULL, `tokens` integer, FOREIGN KEY (`chat_id`) REFERENCES `chat`(`id`) ON DELETE cascade",
        ['id', 'chat_id', 'body', 'created_at', 'tokens'],
      ),
      'CREATE INDEX `bubble_chat_idx` ON `bubble` (`chat_id`);',
    ),
    migration('ALTER TABLE `chat` ADD `archived` integer DEFAULT false NOT NULL;'),
    migration('ALTER TABLE `chat` ADD `model` text;', "UPDATE `chat` SET `model` = 'default';"),
    migration('ALTER TABLE `bubble` DROP COLUMN `kind`;'),
    migration(
      'ALTER TABLE `checkpoint` ADD `note` text;',
      'CREATE INDEX `checkpoint_chat_idx` ON `checkpoint` (`chat_id`);',
    ),
  ],
};
