DROP INDEX `findings_rule_idx`;--> statement-breakpoint
CREATE INDEX `findings_rule_severity_idx` ON `findings` (`rule`,`severity`);--> statement-breakpoint
CREATE INDEX `tool_calls_decision_seq_idx` ON `tool_calls` (`decision_seq`);