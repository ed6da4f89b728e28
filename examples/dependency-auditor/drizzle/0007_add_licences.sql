CREATE TABLE `licences` (
	`package_id` integer PRIMARY KEY NOT NULL,
	`declared` text,
	`detected` text,
	FOREIGN KEY (`package_id`) REFERENCES `packages`(`id`) ON UPDATE no action ON DELETE cascade
);
