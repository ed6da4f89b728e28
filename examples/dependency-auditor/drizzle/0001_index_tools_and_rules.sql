CREATE INDEX `findings_rule_idx` ON `findings` (`rule`);--> statement-breakpoint
CREATE INDEX `tool_calls_tool_name_idx` ON `tool_calls` (`tool_name`);