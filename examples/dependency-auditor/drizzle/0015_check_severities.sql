PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_findings` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`package_seq` integer NOT NULL,
	`rule` text NOT NULL,
	`severity` text NOT NULL,
	`message` text NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`package_seq`) REFERENCES `packages`(`seq`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "findings_severity" CHECK("__new_findings"."severity" in ('info', 'warning', 'critical'))
);
--> statement-breakpoint
INSERT INTO `__new_findings`("seq", "session_id", "package_seq", "rule", "severity", "message") SELECT "seq", "session_id", "package_seq", "rule", "severity", "message" FROM `findings`;--> statement-breakpoint
DROP TABLE `findings`;--> statement-breakpoint
ALTER TABLE `__new_findings` RENAME TO `findings`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `findings_rule_idx` ON `findings` (`rule`);