// Written from the migrations folder. Do not edit: write it again.
import { defineLineage } from '@varve/migrations';
import * as tables from './schema.ts';

export * from './schema.ts';

export const lineage = defineLineage({
  name: 'refund-desk',
  tables,
  migrations: [
    {
      name: '0000_threads',
      createdAtMs: 1795716470000,
      sql: "CREATE TABLE `channel_values` (\n\t`seq` integer PRIMARY KEY NOT NULL,\n\t`namespace` text NOT NULL,\n\t`channel` text NOT NULL,\n\t`version` text NOT NULL,\n\t`type` text NOT NULL,\n\t`base_seq` integer,\n\t`shared_bytes` integer DEFAULT 0 NOT NULL,\n\t`value` blob NOT NULL\n);\n--> statement-breakpoint\nCREATE INDEX `channel_values_version_idx` ON `channel_values` (`namespace`,`channel`,`version`);--> statement-breakpoint\nCREATE TABLE `checkpoints` (\n\t`namespace` text NOT NULL,\n\t`id` text NOT NULL,\n\t`parent_id` text,\n\t`type` text NOT NULL,\n\t`value` blob NOT NULL,\n\t`channels` text NOT NULL,\n\t`metadata_type` text NOT NULL,\n\t`metadata` blob NOT NULL,\n\tPRIMARY KEY(`namespace`, `id`)\n);\n--> statement-breakpoint\nCREATE TABLE `sessions` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`agent_name` text DEFAULT 'langgraph' NOT NULL,\n\t`status` text DEFAULT 'running' NOT NULL,\n\t`started_at_ms` integer NOT NULL,\n\t`ended_at_ms` integer\n);\n--> statement-breakpoint\nCREATE TABLE `writes` (\n\t`namespace` text NOT NULL,\n\t`checkpoint_id` text NOT NULL,\n\t`task_id` text NOT NULL,\n\t`idx` integer NOT NULL,\n\t`task_path` text DEFAULT '' NOT NULL,\n\t`channel` text NOT NULL,\n\t`type` text NOT NULL,\n\t`value` blob NOT NULL,\n\tPRIMARY KEY(`namespace`, `checkpoint_id`, `task_id`, `idx`)\n);\n",
    },
    {
      name: '0001_approvals',
      createdAtMs: 1795716515463,
      sql: 'CREATE TABLE `approvals` (\n\t`seq` integer PRIMARY KEY NOT NULL,\n\t`approved_by` text NOT NULL,\n\t`answer` text NOT NULL,\n\t`amount` integer NOT NULL,\n\t`decided_at_ms` integer NOT NULL\n);\n',
    },
  ],
});
