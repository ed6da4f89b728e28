import { defineLineage } from '@varve/migrations';

/** A lineage of two versions, without Drizzle tables. */
export const notes = defineLineage({
  name: 'notes',
  tables: {},
  migrations: [
    { name: '0000_first', sql: 'CREATE TABLE notes (id integer PRIMARY KEY, body text)', createdAtMs: 1 },
    { name: '0001_second', sql: `ALTER TABLE notes ADD COLUMN kind text DEFAULT 'plain'`, createdAtMs: 2 },
  ],
});
