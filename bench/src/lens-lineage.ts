import { defineLineage, type Lineage } from '@varve/migrations';
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Version 1 of a plain agent schema, then twenty migrations: five rebuilds and two JSON updates among them. */
const base = `CREATE TABLE runs (id text PRIMARY KEY NOT NULL, agent text NOT NULL, began integer NOT NULL);
CREATE TABLE calls (
  id integer PRIMARY KEY NOT NULL, run_id text NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  tool text NOT NULL, payload text, took real, failed integer DEFAULT 0 NOT NULL
);
CREATE INDEX calls_tool_idx ON calls (tool);
CREATE TABLE events (id integer PRIMARY KEY NOT NULL, run_id text NOT NULL, payload text);`;

const rebuild = (table: string, columns: string, names: string, from = names) => `PRAGMA foreign_keys=OFF;
CREATE TABLE \`__new_${table}\` (${columns});
INSERT INTO \`__new_${table}\` (${names}) SELECT ${from} FROM \`${table}\`;
DROP TABLE \`${table}\`;
ALTER TABLE \`__new_${table}\` RENAME TO \`${table}\`;
PRAGMA foreign_keys=ON;
`;

const runColumns =
  'id text PRIMARY KEY NOT NULL, agent_name text NOT NULL, began_ms integer NOT NULL, model text';
const callColumns = `id integer PRIMARY KEY NOT NULL, run_id text NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  tool_name text NOT NULL, payload text, took_ms real, failed integer DEFAULT 0 NOT NULL, cost real DEFAULT 0 NOT NULL`;
const callNames = 'id, run_id, tool_name, payload, took_ms, failed, cost';

const pending = [
  'ALTER TABLE runs RENAME COLUMN agent TO agent_name;',
  'ALTER TABLE calls ADD cost real DEFAULT 0 NOT NULL;',
  'ALTER TABLE calls RENAME COLUMN tool TO tool_name;',
  'ALTER TABLE runs ADD model text;',
  "UPDATE events SET payload = json_set(payload, '$.v', 2) WHERE payload IS NOT NULL;",
  'ALTER TABLE calls RENAME COLUMN took TO took_ms;',
  'ALTER TABLE runs RENAME COLUMN began TO began_ms;',
  rebuild('runs', runColumns, 'id, agent_name, began_ms, model'),
  `${rebuild('calls', callColumns, callNames)}CREATE INDEX calls_tool_idx ON calls (tool_name);`,
  "ALTER TABLE runs ADD status text DEFAULT 'done' NOT NULL;",
  'ALTER TABLE calls ADD attempt integer DEFAULT 1 NOT NULL;',
  "CREATE TABLE tags (run_id text NOT NULL REFERENCES runs(id), tag text DEFAULT 'none' NOT NULL);",
  "UPDATE events SET payload = json_remove(json_set(payload, '$.arguments', json_extract(payload, '$.args')), '$.args') WHERE payload IS NOT NULL;",
  rebuild(
    'runs',
    `${runColumns}, status text DEFAULT 'done' NOT NULL`,
    'id, agent_name, began_ms, model, status',
  ),
  'ALTER TABLE calls DROP COLUMN attempt;',
  'ALTER TABLE runs ADD ended_ms integer;',
  rebuild('calls', `${callColumns}, error text`, callNames) +
    'CREATE INDEX calls_tool_idx ON calls (tool_name);',
  'ALTER TABLE tags ADD weight real DEFAULT 1;',
  rebuild('calls', `${callColumns}, error text, CHECK (failed IN (0, 1))`, `${callNames}, error`) +
    'CREATE INDEX calls_tool_idx ON calls (tool_name);',
  'ALTER TABLE runs ADD parent_id text;',
];

export const runs = sqliteTable('runs', {
  id: text('id').primaryKey(),
  agentName: text('agent_name').notNull(),
  beganMs: integer('began_ms').notNull(),
  model: text('model'),
  status: text('status').notNull().default('done'),
  endedMs: integer('ended_ms'),
  parentId: text('parent_id'),
});

export const calls = sqliteTable('calls', {
  id: integer('id').primaryKey(),
  runId: text('run_id').notNull(),
  toolName: text('tool_name').notNull(),
  payload: text('payload', { mode: 'json' }),
  tookMs: real('took_ms'),
  failed: integer('failed', { mode: 'boolean' }).notNull().default(false),
  cost: real('cost').notNull().default(0),
  error: text('error'),
});

export const benchLineage: Lineage<{ runs: typeof runs; calls: typeof calls }> = defineLineage({
  name: 'bench',
  tables: { runs, calls },
  migrations: [base, ...pending].map((sql, at) => ({
    name: `${String(at).padStart(4, '0')}_bench`,
    sql: sql.trim().replaceAll(';\n', ';--> statement-breakpoint\n'),
    createdAtMs: 1_700_000_000_000 + at * 1000,
  })),
});
