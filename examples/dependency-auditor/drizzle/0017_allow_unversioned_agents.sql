PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_name` text NOT NULL,
	`agent_version` text,
	`provider_name` text,
	`request_model` text,
	`parent_session_id` text,
	`status` text DEFAULT 'running' NOT NULL,
	`started_at_ms` integer NOT NULL,
	`ended_at_ms` integer,
	`metadata` text
);
--> statement-breakpoint
INSERT INTO `__new_sessions`("id", "agent_name", "agent_version", "provider_name", "request_model", "parent_session_id", "status", "started_at_ms", "ended_at_ms", "metadata") SELECT "id", "agent_name", "agent_version", "provider_name", "request_model", "parent_session_id", "status", "started_at_ms", "ended_at_ms", "metadata" FROM `sessions`;--> statement-breakpoint
DROP TABLE `sessions`;--> statement-breakpoint
ALTER TABLE `__new_sessions` RENAME TO `sessions`;--> statement-breakpoint
PRAGMA foreign_keys=ON;