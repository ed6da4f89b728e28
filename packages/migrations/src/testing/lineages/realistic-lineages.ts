/**
 * Lineages as drizzle-kit and its users write them, in the proportions found in 412 migrations of 14 public projects:
 * mostly added columns, indexes and tables, then updates, rebuilds and JSON, few of anything else. A full-text table (1
 * in 412) and double-quoted strings (1 project) are left out: the versions before them are replayed.
 */
export const realisticLineages: Readonly<Record<string, readonly string[]>> = {
  chat: [
    `CREATE TABLE \`users\` (\`id\` text PRIMARY KEY NOT NULL, \`email\` text NOT NULL, \`name\` text);
--> statement-breakpoint
CREATE UNIQUE INDEX \`users_email_unique\` ON \`users\` (\`email\`);--> statement-breakpoint
CREATE TABLE \`messages\` (\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`user_id\` text NOT NULL, \`role\` text NOT NULL, \`content\` text NOT NULL, \`created_at\` integer DEFAULT (unixepoch()) NOT NULL, FOREIGN KEY (\`user_id\`) REFERENCES \`users\`(\`id\`) ON UPDATE no action ON DELETE cascade);`,
    'CREATE TABLE `chats` (`id` text PRIMARY KEY NOT NULL, `title` text NOT NULL, `user_id` text NOT NULL, FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade);',
    'ALTER TABLE `messages` ADD `chat_id` text REFERENCES chats(id);--> statement-breakpoint\nCREATE INDEX `messages_chat_idx` ON `messages` (`chat_id`);',
    "ALTER TABLE `chats` ADD `visibility` text DEFAULT 'private' NOT NULL;--> statement-breakpoint\nALTER TABLE `messages` ADD `parts` text;",
    "UPDATE `messages` SET `parts` = json_array(json_object('type', 'text', 'text', `content`)) WHERE `parts` IS NULL;",
    `PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE \`__new_messages\` (\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`user_id\` text NOT NULL, \`role\` text NOT NULL, \`content\` text, \`created_at\` integer DEFAULT (unixepoch()) NOT NULL, \`chat_id\` text, \`parts\` text, FOREIGN KEY (\`user_id\`) REFERENCES \`users\`(\`id\`) ON UPDATE no action ON DELETE cascade);
--> statement-breakpoint
INSERT INTO \`__new_messages\`("id", "user_id", "role", "content", "created_at", "chat_id", "parts") SELECT "id", "user_id", "role", "content", "created_at", "chat_id", "parts" FROM \`messages\`;--> statement-breakpoint
DROP TABLE \`messages\`;--> statement-breakpoint
ALTER TABLE \`__new_messages\` RENAME TO \`messages\`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX \`messages_chat_idx\` ON \`messages\` (\`chat_id\`);`,
    'ALTER TABLE `messages` DROP COLUMN `content`;',
    'CREATE TABLE `votes` (`chat_id` text NOT NULL, `message_id` integer NOT NULL, `is_upvoted` integer NOT NULL, PRIMARY KEY(`chat_id`, `message_id`));',
    'ALTER TABLE `users` ADD `settings` text DEFAULT \'{}\' NOT NULL;--> statement-breakpoint\nALTER TABLE `chats` RENAME COLUMN "title" TO "subject";',
    "UPDATE users SET settings = json_set(settings, '$.theme', 'dark') WHERE email LIKE '%@example.com';",
    'DELETE FROM votes WHERE is_upvoted NOT IN (0, 1);--> statement-breakpoint\nCREATE INDEX `votes_message_idx` ON `votes` (`message_id`);',
    'ALTER TABLE `users` ADD `last_seen_at` integer;--> statement-breakpoint\nALTER TABLE `users` ADD `locale` text;',
  ],
  shop: [
    'CREATE TABLE `products` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL, `price` text NOT NULL, `tags` text);--> statement-breakpoint\nCREATE TABLE `orders` (`id` integer PRIMARY KEY NOT NULL, `product_id` integer, `quantity` integer DEFAULT 1, `placed_at` text);',
    'CREATE INDEX `orders_product_idx` ON `orders` (`product_id`);',
    'ALTER TABLE `products` ADD `sku` text;--> statement-breakpoint\nCREATE UNIQUE INDEX `products_sku_unique` ON `products` (`sku`);',
    "UPDATE `products` SET `sku` = 'P-' || `id` WHERE `sku` IS NULL;",
    `CREATE TABLE \`__new_products\` (\`id\` integer PRIMARY KEY NOT NULL, \`name\` text NOT NULL, \`price\` real NOT NULL, \`tags\` text, \`sku\` text);--> statement-breakpoint
INSERT INTO \`__new_products\`("id", "name", "price", "tags", "sku") SELECT "id", "name", "price", "tags", "sku" FROM \`products\`;--> statement-breakpoint
DROP TABLE \`products\`;--> statement-breakpoint
ALTER TABLE \`__new_products\` RENAME TO \`products\`;--> statement-breakpoint
CREATE UNIQUE INDEX \`products_sku_unique\` ON \`products\` (\`sku\`);`,
    'CREATE TABLE `product_tags` (`product_id` integer NOT NULL, `tag` text NOT NULL);--> statement-breakpoint\nINSERT INTO product_tags (product_id, tag) SELECT products.id, json_each.value FROM products, json_each(products.tags) WHERE json_valid(products.tags);',
    'ALTER TABLE `products` DROP COLUMN `tags`;',
    "CREATE TABLE `currencies` (`code` text PRIMARY KEY NOT NULL, `name` text NOT NULL);--> statement-breakpoint\nINSERT INTO currencies (code, name) VALUES ('EUR', 'Euro'), ('USD', 'US Dollar');",
    "ALTER TABLE `orders` ADD `currency` text DEFAULT 'EUR' NOT NULL REFERENCES currencies(code);",
    'ALTER TABLE `orders` ADD `total` real;--> statement-breakpoint\nUPDATE orders SET total = quantity * (SELECT price FROM products WHERE products.id = orders.product_id);',
    'CREATE VIEW `open_orders` AS SELECT id, total FROM orders WHERE placed_at IS NULL;',
    'ALTER TABLE `orders` ADD `placed_at_ms` integer;--> statement-breakpoint\nUPDATE orders SET placed_at_ms = unixepoch(placed_at) * 1000 WHERE placed_at IS NOT NULL;',
  ],
  tracker: [
    'CREATE TABLE `issues` (`id` integer PRIMARY KEY NOT NULL, `title` text NOT NULL, `state` text, `body` text);',
    'CREATE TABLE `labels` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL);--> statement-breakpoint\nCREATE UNIQUE INDEX `labels_name_unique` ON `labels` (`name`);',
    'CREATE TABLE `issue_labels` (`issue_id` integer NOT NULL, `label_id` integer NOT NULL, PRIMARY KEY(`issue_id`, `label_id`));',
    'ALTER TABLE `issues` ADD `priority` integer DEFAULT 0 NOT NULL;--> statement-breakpoint\nCREATE INDEX `issues_state_idx` ON `issues` (`state`);',
    "UPDATE issues SET state = CASE state WHEN 'open' THEN 'todo' WHEN 'closed' THEN 'done' ELSE coalesce(state, 'todo') END;",
    "CREATE TRIGGER `labels_guard` BEFORE DELETE ON `labels` BEGIN SELECT raise(ABORT, 'labels stay'); END;",
    "ALTER TABLE `labels` ADD `color` text;--> statement-breakpoint\nUPDATE labels SET color = lower(name) || '-color';",
    'ALTER TABLE `issues` RENAME TO `tickets`;--> statement-breakpoint\nALTER TABLE `tickets` ADD `meta` text;',
    "UPDATE tickets SET meta = json_object('state', state, 'labels', (SELECT count(*) FROM issue_labels WHERE issue_id = tickets.id));",
    'DROP INDEX `issues_state_idx`;--> statement-breakpoint\nCREATE INDEX `tickets_state_idx` ON `tickets` (`state`);',
    'CREATE TABLE `comments` (`id` integer PRIMARY KEY NOT NULL, `ticket_id` integer NOT NULL, `body` text NOT NULL);--> statement-breakpoint\nALTER TABLE `tickets` ADD `closed_at` integer;',
    'CREATE TABLE `drafts` (`id` integer PRIMARY KEY NOT NULL);--> statement-breakpoint\nDROP TABLE `drafts`;',
  ],
  messenger: [
    'CREATE TABLE `messages` (`id` text PRIMARY KEY NOT NULL, `thread` text NOT NULL, `author` text, `body` text, `sent_at` integer);--> statement-breakpoint\nCREATE TABLE `watched` (`thread` text NOT NULL, `author` text NOT NULL);',
    'DELETE FROM watched WHERE rowid NOT IN (SELECT MAX(rowid) FROM watched GROUP BY thread, author);--> statement-breakpoint\nALTER TABLE `watched` ADD `percent` integer;',
    'CREATE TABLE `people` (`id` integer PRIMARY KEY AUTOINCREMENT, `name` text NOT NULL);--> statement-breakpoint\nINSERT OR IGNORE INTO people (name) SELECT DISTINCT author FROM messages WHERE author IS NOT NULL ORDER BY sent_at;',
    'ALTER TABLE `messages` ADD `author_id` integer;--> statement-breakpoint\nUPDATE messages SET author_id = people.id FROM people WHERE people.name = messages.author;',
    `CREATE VIRTUAL TABLE IF NOT EXISTS messages_fts USING fts5(message_id UNINDEXED, body, tokenize='porter unicode61');--> statement-breakpoint
INSERT INTO messages_fts(message_id, body) SELECT id, body FROM messages;--> statement-breakpoint
CREATE TRIGGER IF NOT EXISTS messages_fts_update AFTER UPDATE ON messages BEGIN
  DELETE FROM messages_fts WHERE message_id = old.id;
  INSERT INTO messages_fts(message_id, body) SELECT new.id, new.body WHERE new.body IS NOT NULL;
END;`,
    `CREATE TEMP TABLE dupes AS SELECT id AS dup_id, first_value(id) OVER w AS keep_id, row_number() OVER w AS rn FROM messages WINDOW w AS (PARTITION BY thread ORDER BY sent_at, id);--> statement-breakpoint
DELETE FROM dupes WHERE rn = 1;--> statement-breakpoint
UPDATE watched SET thread = dupes.keep_id FROM dupes WHERE watched.thread = dupes.dup_id;--> statement-breakpoint
DROP TABLE dupes;`,
    `CREATE TEMP VIEW titles AS SELECT thread, coalesce(nullif(trim(body), ''), 'untitled') AS title FROM messages;--> statement-breakpoint
ALTER TABLE watched ADD title text;--> statement-breakpoint
UPDATE watched SET title = (SELECT title FROM titles WHERE titles.thread = watched.thread LIMIT 1);--> statement-breakpoint
DROP VIEW titles;`,
    `WITH RECURSIVE chain(thread, hops) AS (SELECT thread, 1 FROM watched UNION SELECT thread || '/', hops + 1 FROM chain WHERE hops < 3)
UPDATE watched SET percent = (SELECT max(hops) FROM chain WHERE chain.thread = watched.thread || '/');`,
    'ALTER TABLE `people` ADD `email` text;',
  ],
  notes: [
    'CREATE TABLE `notes` (`id` text PRIMARY KEY NOT NULL, `title` text, `body` text, `archived` integer);',
    'CREATE TABLE `folders` (`id` text PRIMARY KEY NOT NULL, `name` text NOT NULL);--> statement-breakpoint\nALTER TABLE `notes` ADD `folder_id` text;',
    `CREATE TEMP TABLE kept AS SELECT id, title, body FROM notes WHERE archived = 0;--> statement-breakpoint
DELETE FROM notes WHERE archived = 0;--> statement-breakpoint
INSERT INTO notes (id, title, body, archived) SELECT id, trim(title), body, 0 FROM kept;--> statement-breakpoint
DROP TABLE kept;`,
    "ALTER TABLE `notes` ADD `word_count` integer;--> statement-breakpoint\nUPDATE notes SET word_count = length(body) - length(replace(body, ' ', '')) + 1 WHERE body IS NOT NULL;",
    'CREATE TABLE `revisions` (`note_id` text NOT NULL, `body` text, `made_at` integer NOT NULL);--> statement-breakpoint\nINSERT INTO revisions (note_id, body, made_at) SELECT id, body, 0 FROM notes;',
    'ALTER TABLE `notes` ADD `pinned` integer DEFAULT false NOT NULL;',
    'CREATE INDEX `notes_folder_idx` ON `notes` (`folder_id`);--> statement-breakpoint\nCREATE INDEX `revisions_note_idx` ON `revisions` (`note_id`);',
    'ALTER TABLE `notes` ADD `slug` text;--> statement-breakpoint\nUPDATE notes SET slug = shout(title);',
    'ALTER TABLE `revisions` DROP COLUMN `made_at`;',
    'ALTER TABLE `folders` ADD `parent_id` text;--> statement-breakpoint\nALTER TABLE `folders` ADD `position` integer DEFAULT 0;',
  ],
};
