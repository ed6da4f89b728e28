ALTER TABLE `tickets` ADD `priority` integer DEFAULT 3 NOT NULL;--> statement-breakpoint
UPDATE `tickets` SET `priority` = 1 WHERE `urgent`;
