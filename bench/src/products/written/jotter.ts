import type { Product } from '../product.ts';
import { migration } from './statements.ts';

/** Files of some 40 kB that one column is added to: all that there is to do takes no longer than to open one. */
export const jotter: Product = {
  name: 'jotter',
  tables: 4,
  migrations: 8,
  pending: [1, 2, 3],
  isWal: true,
  ledger: '0.45',
  habits: [],
  rowsBytes: 12_000,
  script: [
    migration(
      'CREATE TABLE `session` (`id` text PRIMARY KEY NOT NULL, `title` text, `created_at` integer NOT NULL);',
      'CREATE TABLE `message` (`id` integer PRIMARY KEY NOT NULL, `session_id` text NOT NULL, `body` text, `created_at` integer NOT NULL, FOREIGN KEY (`session_id`) REFERENCES `session`(`id`) ON DELETE cascade);',
      'CREATE INDEX `message_session_idx` ON `message` (`session_id`);',
    ),
    migration('ALTER TABLE `session` ADD `model` text;'),
    migration('CREATE TABLE `setting` (`key` text PRIMARY KEY NOT NULL, `value` text);'),
    migration("ALTER TABLE `message` ADD `kind` text DEFAULT 'text' NOT NULL;"),
    migration(
      'CREATE TABLE `attachment` (`id` text PRIMARY KEY NOT NULL, `message_id` integer, `name` text);',
    ),
    migration('ALTER TABLE `message` ADD `tokens` integer;'),
    migration('ALTER TABLE `session` ADD `archived` integer DEFAULT false NOT NULL;'),
    migration('ALTER TABLE `message` ADD `cost` real;'),
  ],
};
