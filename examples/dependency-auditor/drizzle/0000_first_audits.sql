CREATE TABLE `decisions` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`summary` text NOT NULL,
	`rationale` text,
	`alternatives` text,
	`confidence` integer,
	`decided_at_ms` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `findings` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`package_seq` integer NOT NULL,
	`rule` text NOT NULL,
	`severity` text NOT NULL,
	`message` text NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`package_seq`) REFERENCES `packages`(`seq`) ON UPDATE no action ON DELETE cascade
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
	FOREIGN KEY (`tool_call_seq`) REFERENCES `tool_calls`(`seq`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE TABLE `outputs` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`kind` text NOT NULL,
	`content` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `packages` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`folder` text NOT NULL,
	`licence` text,
	`size_bytes` integer,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_name` text NOT NULL,
	`agent_version` text NOT NULL,
	`model` text,
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
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`decision_seq`) REFERENCES `decisions`(`seq`) ON UPDATE no action ON DELETE set null
);
