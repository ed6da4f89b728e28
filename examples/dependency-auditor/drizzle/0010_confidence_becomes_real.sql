PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_decisions` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`summary` text NOT NULL,
	`rationale` text,
	`alternatives` text,
	`confidence` real,
	`decided_at_ms` integer NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`cost_usd` real,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_decisions`("seq", "session_id", "summary", "rationale", "alternatives", "confidence", "decided_at_ms", "input_tokens", "output_tokens", "cost_usd") SELECT "seq", "session_id", "summary", "rationale", "alternatives", "confidence", "decided_at_ms", "input_tokens", "output_tokens", "cost_usd" FROM `decisions`;--> statement-breakpoint
DROP TABLE `decisions`;--> statement-breakpoint
ALTER TABLE `__new_decisions` RENAME TO `decisions`;--> statement-breakpoint
PRAGMA foreign_keys=ON;