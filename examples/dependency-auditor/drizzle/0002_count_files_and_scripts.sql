ALTER TABLE `packages` ADD `file_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `packages` ADD `has_install_script` integer DEFAULT false NOT NULL;