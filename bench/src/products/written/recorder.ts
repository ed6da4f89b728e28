import type { Product } from '../product.ts';
import { migration } from './statements.ts';

/** Few tables with many rows and many indexes, which are dropped and made again as queries change. */
export const recorder: Product = {
  name: 'recorder',
  tables: 6,
  migrations: 14,
  pending: [1, 5, 13],
  isWal: true,
  ledger: '0.45',
  habits: [],
  isAnalyzed: true,
  rowsBytes: 400_000,
  script: [
    migration(
      'CREATE TABLE `run` (`id` integer PRIMARY KEY NOT NULL, `started_at` integer NOT NULL, `ended_at` integer, `closed_incorrect` integer DEFAULT false NOT NULL);',
      'CREATE TABLE `entity` (`id` integer PRIMARY KEY NOT NULL, `entity_key` text NOT NULL, `unit` text);',
      'CREATE TABLE `attributes` (`id` integer PRIMARY KEY NOT NULL, `hash` integer, `shared` text);',
      'CREATE TABLE `states` (`id` integer PRIMARY KEY NOT NULL, `entity_id` integer, `attributes_id` integer, `state` text, `changed_at` real, `updated_at` real, `context` blob, `origin` integer, FOREIGN KEY (`entity_id`) REFERENCES `entity`(`id`), FOREIGN KEY (`attributes_id`) REFERENCES `attributes`(`id`));',
      'CREATE TABLE `events` (`id` integer PRIMARY KEY NOT NULL, `kind` text, `data` text, `fired_at` real, `context` blob);',
      'CREATE UNIQUE INDEX `entity_key_unique` ON `entity` (`entity_key`);',
      'CREATE INDEX `attributes_hash_idx` ON `attributes` (`hash`);',
      'CREATE INDEX `states_entity_idx` ON `states` (`entity_id`,`updated_at`);',
      'CREATE INDEX `states_attributes_idx` ON `states` (`attributes_id`);',
      'CREATE INDEX `events_kind_idx` ON `events` (`kind`,`fired_at`);',
    ),
    migration(
      'CREATE INDEX `states_updated_idx` ON `states` (`updated_at`);',
      'CREATE INDEX `states_context_idx` ON `states` (`context`);',
    ),
    migration(
      'ALTER TABLE `states` ADD `old_state_id` integer REFERENCES states(id);',
      'CREATE INDEX `states_old_idx` ON `states` (`old_state_id`);',
    ),
    migration(
      'DROP INDEX `states_updated_idx`;',
      'CREATE INDEX `states_updated_desc_idx` ON `states` ("updated_at" desc);',
    ),
    migration(
      'ALTER TABLE `events` ADD `origin` integer DEFAULT 0 NOT NULL;',
      'CREATE INDEX `events_fired_idx` ON `events` (`fired_at`);',
      'CREATE INDEX `events_context_idx` ON `events` (`context`);',
    ),
    migration(
      'CREATE TABLE `statistics` (`id` integer PRIMARY KEY NOT NULL, `entity_id` integer NOT NULL, `start_at` real, `mean` real, `sum` real, FOREIGN KEY (`entity_id`) REFERENCES `entity`(`id`) ON DELETE cascade);',
      'CREATE UNIQUE INDEX `statistics_start_unique` ON `statistics` (`entity_id`,`start_at`);',
    ),
    migration(
      'INSERT INTO `statistics` (`entity_id`, `start_at`, `mean`) SELECT `entity_id`, CAST(`updated_at` / 3600 AS INTEGER) * 3600.0, avg(CAST(`state` AS REAL)) FROM `states` WHERE `entity_id` IN (SELECT `id` FROM `entity`) GROUP BY 1, 2;',
    ),
    migration(
      'DROP INDEX `states_context_idx`;',
      'DROP INDEX `events_context_idx`;',
      'ALTER TABLE `states` ADD `context_id` text;',
      'ALTER TABLE `states` ADD `context_parent` text;',
    ),
    migration(
      'UPDATE `states` SET `context_id` = lower(hex(`context`)) WHERE `context` IS NOT NULL;',
      'CREATE INDEX `states_context_id_idx` ON `states` (`context_id`) WHERE `context_id` IS NOT NULL;',
    ),
    migration('ALTER TABLE `states` DROP COLUMN `context`;'),
    migration(
      'CREATE INDEX `states_lower_idx` ON `states` (lower(`state`),`entity_id`);',
      'DROP INDEX `attributes_hash_idx`;',
      'CREATE INDEX `attributes_hash_2_idx` ON `attributes` (`hash`,`id`);',
    ),
    migration(
      'ALTER TABLE `entity` RENAME COLUMN "unit" TO "unit_of_measurement";',
      'ALTER TABLE `run` ADD `version` text;',
    ),
    migration(
      'DROP INDEX `states_old_idx`;',
      'DROP INDEX `states_attributes_idx`;',
      'CREATE INDEX `states_cover_idx` ON `states` (`entity_id`,`updated_at`,`state`);',
    ),
    migration(
      'DROP INDEX `states_entity_idx`;',
      'ALTER TABLE `statistics` ADD `last_reset` real;',
      'CREATE INDEX `statistics_reset_idx` ON `statistics` (`last_reset`);',
    ),
  ],
};
