CREATE TABLE `channel_values` (
	`seq` integer PRIMARY KEY NOT NULL,
	`namespace` text NOT NULL,
	`channel` text NOT NULL,
	`version` text NOT NULL,
	`type` text NOT NULL,
	`base_seq` integer,
	`shared_bytes` integer DEFAULT 0 NOT NULL,
	`value` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `channel_values_version_idx` ON `channel_values` (`namespace`,`channel`,`version`);--> statement-breakpoint
CREATE TABLE `checkpoints` (
	`namespace` text NOT NULL,
	`id` text NOT NULL,
	`parent_id` text,
	`type` text NOT NULL,
	`value` blob NOT NULL,
	`channels` text NOT NULL,
	`metadata_type` text NOT NULL,
	`metadata` blob NOT NULL,
	PRIMARY KEY(`namespace`, `id`)
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_name` text DEFAULT 'langgraph' NOT NULL,
	`status` text DEFAULT 'running' NOT NULL,
	`started_at_ms` integer NOT NULL,
	`ended_at_ms` integer
);
--> statement-breakpoint
CREATE TABLE `writes` (
	`namespace` text NOT NULL,
	`checkpoint_id` text NOT NULL,
	`task_id` text NOT NULL,
	`idx` integer NOT NULL,
	`task_path` text DEFAULT '' NOT NULL,
	`channel` text NOT NULL,
	`type` text NOT NULL,
	`value` blob NOT NULL,
	PRIMARY KEY(`namespace`, `checkpoint_id`, `task_id`, `idx`)
);
