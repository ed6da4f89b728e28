CREATE TABLE `approvals` (
	`seq` integer PRIMARY KEY NOT NULL,
	`approved_by` text NOT NULL,
	`answer` text NOT NULL,
	`amount` integer NOT NULL,
	`decided_at_ms` integer NOT NULL
);
