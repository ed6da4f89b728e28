PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_intermediate_results` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`tool_call_seq` integer,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`value` text,
	`blob` blob,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tool_call_seq`) REFERENCES `tool_calls`(`seq`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "intermediate_results_value_or_blob" CHECK("__new_intermediate_results"."value" is null or "__new_intermediate_results"."blob" is null)
);
--> statement-breakpoint
INSERT INTO `__new_intermediate_results`("seq", "session_id", "tool_call_seq", "kind", "name", "value", "blob", "created_at_ms") SELECT "seq", "session_id", "tool_call_seq", "kind", "name", "value", "blob", "created_at_ms" FROM `intermediate_results`;--> statement-breakpoint
DROP TABLE `intermediate_results`;--> statement-breakpoint
ALTER TABLE `__new_intermediate_results` RENAME TO `intermediate_results`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `intermediate_results_tool_call_seq_idx` ON `intermediate_results` (`tool_call_seq`);