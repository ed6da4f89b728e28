CREATE TABLE `licences` (
	`package_seq` integer PRIMARY KEY NOT NULL,
	`declared` text,
	`detected` text,
	FOREIGN KEY (`package_seq`) REFERENCES `packages`(`seq`) ON UPDATE no action ON DELETE cascade
);
