import type { Product } from '../product.ts';
import { migration, rebuild } from './statements.ts';

/** Migrations of data: what was JSON becomes columns and rows, and the other way round. */
export const translator: Product = {
  name: 'translator',
  tables: 10,
  migrations: 15,
  pending: [1, 4, 14],
  isWal: true,
  ledger: '1.0',
  habits: [],
  script: [
    migration(
      "CREATE TABLE `project` (`id` text PRIMARY KEY NOT NULL, `worktree` text NOT NULL, `metadata` text DEFAULT '{}' NOT NULL);",
      'CREATE TABLE `session` (`id` text PRIMARY KEY NOT NULL, `project_id` text NOT NULL, `title` text NOT NULL, `metadata` text, `created_at` integer NOT NULL, FOREIGN KEY (`project_id`) REFERENCES `project`(`id`) ON DELETE cascade);',
      'CREATE TABLE `message` (`id` text PRIMARY KEY NOT NULL, `session_id` text NOT NULL, `created_at` integer NOT NULL, `metadata` text NOT NULL, FOREIGN KEY (`session_id`) REFERENCES `session`(`id`) ON DELETE cascade);',
      'CREATE INDEX `message_session_idx` ON `message` (`session_id`);',
    ),
    migration(
      'CREATE TABLE `part` (`id` text PRIMARY KEY NOT NULL, `message_id` text NOT NULL, `position` integer, `metadata` text NOT NULL, FOREIGN KEY (`message_id`) REFERENCES `message`(`id`) ON DELETE cascade);',
      "INSERT INTO `part` (`id`, `message_id`, `position`, `metadata`) SELECT m.`id` || '-' || j.key, m.`id`, j.key, j.value FROM `message` m, json_each(m.`metadata`, '$.parts') j;",
    ),
    migration(
      'ALTER TABLE `message` ADD `role` text;',
      "UPDATE `message` SET `role` = coalesce(json_extract(`metadata`, '$.role'), 'user');",
    ),
    migration(
      "UPDATE `message` SET `metadata` = json_remove(`metadata`, '$.role', '$.parts') WHERE json_valid(`metadata`);",
    ),
    migration(
      'ALTER TABLE `session` ADD `message_count` integer DEFAULT 0 NOT NULL;',
      'UPDATE `session` SET `message_count` = (SELECT count(*) FROM `message` WHERE `message`.`session_id` = `session`.`id`);',
    ),
    migration(
      'CREATE TABLE `model` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `provider` text NOT NULL, `name` text NOT NULL);',
      "INSERT INTO `model` (`provider`, `name`) VALUES ('anthropic', 'small'), ('openai', 'large');",
      'CREATE UNIQUE INDEX `model_unique` ON `model` (`provider`,`name`);',
    ),
    migration(
      'ALTER TABLE `message` ADD `model_id` integer REFERENCES model(id);',
      "UPDATE `message` SET `model_id` = (SELECT `id` FROM `model` WHERE `name` = 'small') WHERE `role` = 'assistant';",
    ),
    migration(
      "DELETE FROM `part` WHERE `metadata` IS NULL OR `metadata` = '';",
      'DELETE FROM `message` WHERE `session_id` NOT IN (SELECT `id` FROM `session`);',
    ),
    migration(
      'CREATE TABLE `todo` (`session_id` text NOT NULL, `position` integer NOT NULL, `content` text NOT NULL, `status` text NOT NULL, PRIMARY KEY(`session_id`, `position`));',
      "WITH items AS (SELECT s.`id` AS sid, j.key AS at, j.value AS item FROM `session` s JOIN json_each(s.`metadata`, '$.todos') j) INSERT INTO `todo` SELECT sid, at, json_extract(item, '$.content'), coalesce(json_extract(item, '$.status'), 'open') FROM items;",
    ),
    migration(
      'UPDATE `part` SET `position` = ranked.n FROM (SELECT `id`, row_number() OVER (PARTITION BY `message_id` ORDER BY `id`) AS n FROM `part`) AS ranked WHERE ranked.`id` = `part`.`id`;',
    ),
    migration(
      rebuild(
        'session',
        "`id` text PRIMARY KEY NOT NULL, `project_id` text NOT NULL, `title` text DEFAULT '' NOT NULL, `metadata` text, `created_at` integer NOT NULL, `message_count` integer DEFAULT 0 NOT NULL, FOREIGN KEY (`project_id`) REFERENCES `project`(`id`) ON DELETE cascade",
        ['id', 'project_id', 'title', 'metadata', 'created_at', 'message_count'],
      ),
      'CREATE INDEX `session_project_idx` ON `session` (`project_id`);',
    ),
    migration(
      "UPDATE `project` SET `metadata` = json_object('worktree', `worktree`, 'old', json(`metadata`)) WHERE json_valid(`metadata`);",
    ),
    migration(
      'ALTER TABLE `session` ADD `kind` text;',
      "UPDATE `session` SET `kind` = CASE WHEN `title` LIKE 'New%' THEN 'draft' ELSE 'chat' END;",
      'CREATE INDEX `session_kind_idx` ON `session` (`kind`);',
    ),
    migration(
      "INSERT OR IGNORE INTO `model` (`provider`, `name`) SELECT DISTINCT 'seen', coalesce(json_extract(`metadata`, '$.v'), 'none') FROM `message`;",
    ),
    migration(
      "UPDATE `part` SET `metadata` = json_set(`metadata`, '$.at', `position`) WHERE json_valid(`metadata`);",
    ),
  ],
};
