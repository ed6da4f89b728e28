CREATE TABLE `licences` (
	`package_seq` integer PRIMARY KEY NOT NULL,
	`declared` text,
	`is_shipped` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`package_seq`) REFERENCES `packages`(`seq`) ON UPDATE no action ON DELETE cascade
);
