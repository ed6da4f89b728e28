CREATE TABLE `verdicts` (
	`session_id` text PRIMARY KEY NOT NULL,
	`verdict` text NOT NULL,
	`score` integer NOT NULL,
	`reasons` text,
	`decided_at_ms` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "verdicts_score_range" CHECK("verdicts"."score" between 0 and 100)
);
--> statement-breakpoint
CREATE INDEX `verdicts_verdict_idx` ON `verdicts` (`verdict`);