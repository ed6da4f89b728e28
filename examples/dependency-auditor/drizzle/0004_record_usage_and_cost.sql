ALTER TABLE `decisions` ADD `input_tokens` integer;--> statement-breakpoint
ALTER TABLE `decisions` ADD `output_tokens` integer;--> statement-breakpoint
ALTER TABLE `decisions` ADD `cost_usd` real;--> statement-breakpoint
ALTER TABLE `outputs` ADD `is_final` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `outputs` ADD `input_tokens` integer;--> statement-breakpoint
ALTER TABLE `outputs` ADD `output_tokens` integer;--> statement-breakpoint
ALTER TABLE `outputs` ADD `cost_usd` real;--> statement-breakpoint
ALTER TABLE `sessions` ADD `provider_name` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `parent_session_id` text;--> statement-breakpoint
ALTER TABLE `tool_calls` ADD `cost_usd` real;