CREATE TABLE `decisions` (
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
CREATE TABLE `intermediate_results` (
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
	CONSTRAINT "intermediate_results_value_or_blob" CHECK("intermediate_results"."value" is null or "intermediate_results"."blob" is null)
);
--> statement-breakpoint
CREATE INDEX `intermediate_results_tool_call_seq_idx` ON `intermediate_results` (`tool_call_seq`);--> statement-breakpoint
CREATE TABLE `outputs` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`kind` text NOT NULL,
	`content` text NOT NULL,
	`is_final` integer DEFAULT false NOT NULL,
	`created_at_ms` integer NOT NULL,
	`input_tokens` integer,
	`output_tokens` integer,
	`cost_usd` real,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `sessions` (
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
CREATE TABLE `tool_calls` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`decision_seq` integer,
	`tool_name` text NOT NULL,
	`tool_call_id` text,
	`arguments` text,
	`result` text,
	`status` text NOT NULL,
	`error_type` text,
	`error_message` text,
	`started_at_ms` integer NOT NULL,
	`duration_ms` real,
	`cost_usd` real,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`decision_seq`) REFERENCES `decisions`(`seq`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `tool_calls_tool_name_idx` ON `tool_calls` (`tool_name`);--> statement-breakpoint
CREATE INDEX `tool_calls_decision_seq_idx` ON `tool_calls` (`decision_seq`);