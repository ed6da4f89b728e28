import { defineLineage, standardLineage } from '@varve/migrations';
import { standardTables } from '@varve/schema';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

const labels = sqliteTable('labels', { name: text('name').primaryKey(), colour: text('colour').notNull() });

/** The standard tables and one migration of a team's own. */
export const lineage = defineLineage({
  name: 'packed',
  tables: { ...standardTables, labels },
  migrations: [
    ...standardLineage.migrations,
    {
      name: '0001_labels',
      createdAtMs: 1_800_000_000_000,
      sql: `CREATE TABLE labels (name text PRIMARY KEY NOT NULL, colour text NOT NULL);
        INSERT INTO labels VALUES ('urgent', 'red');`,
    },
  ],
});

/** The same team before that migration. */
export const olderLineage = defineLineage({
  name: 'packed',
  tables: standardTables,
  migrations: standardLineage.migrations,
});
