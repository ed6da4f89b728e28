import { defineLineage, standardLineage } from '@varve/migrations';
import * as tables from './schema.ts';

/** The standard tables, and two migrations of a team's own. */
export const lineage = defineLineage({
  name: 'packed',
  tables,
  migrations: [
    ...standardLineage.migrations,
    {
      name: '20260101120000_findings',
      createdAtMs: 1_800_000_000_000,
      sql: `CREATE TABLE findings (seq integer PRIMARY KEY NOT NULL,
        session_id text NOT NULL REFERENCES sessions(id) ON DELETE cascade,
        summary text NOT NULL, body text, is_final integer NOT NULL, tool_call_seq integer REFERENCES tool_calls(seq))`,
    },
    {
      name: '20260102120000_found_at',
      createdAtMs: 1_800_000_001_000,
      sql: 'ALTER TABLE findings ADD found_at integer DEFAULT 5',
    },
  ],
});

/** The same team before the last of them: what records with it has no column for the time. */
export const olderLineage = defineLineage({
  name: 'packed',
  tables: standardTablesOnly(),
  migrations: lineage.migrations.slice(0, -1),
});

function standardTablesOnly() {
  const { sessions, toolCalls, standardRelations } = tables;
  return { sessions, toolCalls, standardRelations };
}
