PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_packages` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`name` text,
	`version` text,
	`folder` text NOT NULL,
	`licence` text,
	`size_bytes` integer,
	`file_count` integer DEFAULT 0 NOT NULL,
	`has_install_script` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_packages`("seq", "session_id", "name", "version", "folder", "licence", "size_bytes", "file_count", "has_install_script") SELECT "seq", "session_id", "name", "version", "folder", "licence", "size_bytes", "file_count", "has_install_script" FROM `packages`;--> statement-breakpoint
DROP TABLE `packages`;--> statement-breakpoint
ALTER TABLE `__new_packages` RENAME TO `packages`;--> statement-breakpoint
PRAGMA foreign_keys=ON;