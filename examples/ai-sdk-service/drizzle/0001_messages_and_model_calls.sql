CREATE TABLE `messages` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`role` text NOT NULL,
	`parts` text NOT NULL,
	`model_call_seq` integer,
	`message_id` text,
	`created_at_ms` integer NOT NULL,
	`metadata` text,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model_call_seq`) REFERENCES `model_calls`(`seq`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `messages_model_call_seq_idx` ON `messages` (`model_call_seq`);--> statement-breakpoint
CREATE TABLE `model_calls` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`operation_name` text DEFAULT 'chat' NOT NULL,
	`provider_name` text,
	`request_model` text,
	`response_model` text,
	`response_id` text,
	`finish_reasons` text,
	`request_options` text,
	`attempt` integer DEFAULT 1 NOT NULL,
	`status` text NOT NULL,
	`error_type` text,
	`error_message` text,
	`started_at_ms` integer NOT NULL,
	`duration_ms` real,
	`time_to_first_token_ms` real,
	`input_tokens` integer,
	`output_tokens` integer,
	`cache_read_input_tokens` integer,
	`cache_creation_input_tokens` integer,
	`reasoning_output_tokens` integer,
	`cost_usd` real,
	`metadata` text,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`seq` integer PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`format` text NOT NULL,
	`path` text NOT NULL,
	`hash` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`last_record_key` text,
	`importer_version` text NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `decisions` ADD `model_call_seq` integer REFERENCES model_calls(seq) ON DELETE set null;--> statement-breakpoint
CREATE INDEX `decisions_model_call_seq_idx` ON `decisions` (`model_call_seq`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `parent_call_seq` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `parent_tool_call_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `conversation_id` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `title` text;--> statement-breakpoint
ALTER TABLE `tool_calls` ADD `model_call_seq` integer REFERENCES model_calls(seq) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `tool_calls` ADD `attempt` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `tool_calls` ADD `mcp_server` text;--> statement-breakpoint
ALTER TABLE `tool_calls` ADD `metadata` text;--> statement-breakpoint
CREATE INDEX `tool_calls_model_call_seq_idx` ON `tool_calls` (`model_call_seq`);