import type { Product } from '../product.ts';
import { migration } from './statements.ts';

const triggers = [
  'CREATE TRIGGER `note_ai` AFTER INSERT ON `note` BEGIN INSERT INTO note_fts(rowid, title, body) VALUES (new.id, new.title, new.body); END;',
  "CREATE TRIGGER `note_ad` AFTER DELETE ON `note` BEGIN INSERT INTO note_fts(note_fts, rowid, title, body) VALUES('delete', old.id, old.title, old.body); END;",
  "CREATE TRIGGER `note_au` AFTER UPDATE ON `note` BEGIN INSERT INTO note_fts(note_fts, rowid, title, body) VALUES('delete', old.id, old.title, old.body); INSERT INTO note_fts(rowid, title, body) VALUES (new.id, new.title, new.body); END;",
];

/** Full text over the contents of an ordinary table, kept by triggers, and filled by a migration. */
export const librarian: Product = {
  name: 'librarian',
  tables: 7,
  migrations: 12,
  pending: [1, 3, 7],
  isWal: true,
  ledger: '0.45',
  habits: [],
  script: [
    migration(
      'CREATE TABLE `book` (`id` text PRIMARY KEY NOT NULL, `title` text NOT NULL, `created_at` integer DEFAULT (unixepoch()) NOT NULL);',
      'CREATE TABLE `note` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `book_id` text NOT NULL, `title` text, `body` text NOT NULL, `created_at` integer NOT NULL, FOREIGN KEY (`book_id`) REFERENCES `book`(`id`) ON UPDATE no action ON DELETE cascade);',
      'CREATE INDEX `note_book_idx` ON `note` (`book_id`);',
    ),
    migration(
      "CREATE VIRTUAL TABLE note_fts USING fts5(title, body, content='note', content_rowid='id', tokenize='porter unicode61');",
      triggers,
    ),
    migration("INSERT INTO note_fts(note_fts) VALUES('rebuild');"),
    migration(
      'ALTER TABLE `note` ADD `pinned` integer DEFAULT false NOT NULL;',
      'CREATE TABLE `link` (`from_id` integer NOT NULL, `to_id` integer NOT NULL, PRIMARY KEY(`from_id`, `to_id`));',
    ),
    migration(
      'CREATE TABLE `message` (`id` text PRIMARY KEY NOT NULL, `note_id` integer, `role` text NOT NULL, `content` text NOT NULL);',
      "CREATE VIRTUAL TABLE `message_search` USING fts5(content, message_id UNINDEXED, tokenize='trigram');",
    ),
    migration(
      'ALTER TABLE `book` ADD `author` text;',
      'CREATE TRIGGER `message_ai` AFTER INSERT ON `message` BEGIN INSERT INTO message_search(content, message_id) VALUES (new.content, new.id); END;',
    ),
    migration(
      'ALTER TABLE `note` ADD `language` text;',
      "UPDATE `book` SET `author` = 'unknown' WHERE `author` IS NULL;",
    ),
    migration(
      'CREATE TABLE `tag` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL);',
      'CREATE UNIQUE INDEX `tag_name_unique` ON `tag` (`name`);',
    ),
    migration(
      'ALTER TABLE `message` ADD `tokens` integer DEFAULT 0 NOT NULL;',
      'CREATE INDEX `message_note_idx` ON `message` (`note_id`);',
    ),
    migration("UPDATE `note` SET `language` = 'en' WHERE `language` IS NULL;"),
    migration('ALTER TABLE `tag` ADD `color` text;', 'ALTER TABLE `link` ADD `kind` text;'),
    migration(
      'DROP TRIGGER `message_ai`;',
      'DROP TABLE `message_search`;',
      "CREATE VIRTUAL TABLE `message_search` USING fts5(content, content='message', content_rowid='rowid');",
      "INSERT INTO message_search(message_search) VALUES('rebuild');",
    ),
  ],
};
