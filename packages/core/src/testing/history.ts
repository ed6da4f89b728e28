import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations, standardLineage } from '@varve/migrations';
import { standardTables, timelineColumns } from '@varve/schema';
import Database from 'better-sqlite3';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const findings = sqliteTable('findings', {
  ...timelineColumns(),
  title: text('title').notNull(),
  severity: text('severity', { enum: ['low', 'high'] })
    .notNull()
    .default('low'),
  /** The file's own default, an expression, applies. */
  foundAtMs: integer('found_at_ms'),
});

const marks = sqliteTable('marks', {
  id: integer('id').primaryKey(),
  label: text('label').notNull().unique(),
});

const standardSql = standardLineage.migrations.map(({ sql }) => sql).join('\n');

/** A team's lineage: the standard tables as they once were, and what became of them in five migrations. */
export const history = defineLineage({
  name: 'history',
  tables: { ...standardTables, findings, marks },
  migrations: [
    ['0000_start', standardSql.replace('`agent_name`', '`agent`').replace('`result` text,\n', '')],
    ['0001_agent_name', 'ALTER TABLE sessions RENAME COLUMN agent TO agent_name'],
    ['0002_result', 'ALTER TABLE tool_calls ADD COLUMN result text'],
    [
      '0003_findings',
      `CREATE TABLE findings (seq integer PRIMARY KEY NOT NULL, session_id text NOT NULL REFERENCES sessions(id),
       title text NOT NULL, severity text DEFAULT 'low' NOT NULL, found_at_ms integer)`,
    ],
    ['0004_marks', 'CREATE TABLE marks (id integer PRIMARY KEY NOT NULL, label text NOT NULL UNIQUE)'],
  ].map(([name = '', sql = ''], at) => ({ name, sql, createdAtMs: 1_700_000_000_000 + at })),
});

/** Its schema changes three times between statements that read the rows: files are built anew sooner than patched. */
export const restlessHistory = defineLineage({
  ...history,
  migrations: [
    ...history.migrations,
    ...[
      'ALTER TABLE decisions ADD gist text; UPDATE decisions SET gist = summary;',
      'ALTER TABLE decisions RENAME COLUMN gist TO point; UPDATE decisions SET point = point;',
      'ALTER TABLE decisions RENAME COLUMN point TO core; UPDATE decisions SET core = core;',
    ].map((sql, at) => ({
      name: `000${5 + at}_restless`,
      sql,
      createdAtMs: 1_700_000_001_000 + at,
    })),
  ],
});

/** What its last migration does depends on what was done before it: it is run as it is written. */
export const countingHistory = defineLineage({
  ...history,
  migrations: [
    ...history.migrations,
    {
      name: '0005_count',
      sql: "UPDATE decisions SET summary = summary || '.' WHERE changes() >= 0;",
      createdAtMs: 1_700_000_001_000,
    },
  ],
});

export const head = history.migrations.length;

export interface WriteFileOptions {
  readonly name?: string;
  readonly decisions?: number;
  /** More SQL to run on the file, last. */
  readonly sql?: string;
}

/** Writes a file of a version as code of that time would have: in rollback mode, closed. */
export function writeFileAt(dir: string, version: number, options: WriteFileOptions = {}): string {
  const path = join(dir, options.name ?? `v${version}.db`);
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(history, version));
  const agent = version < 2 ? 'agent' : 'agent_name';
  sqlite.prepare(`INSERT INTO sessions (id, ${agent}, started_at_ms) VALUES ('s1', 'old agent', 1)`).run();
  const insert = sqlite.prepare(
    `INSERT INTO decisions (seq, session_id, summary, decided_at_ms) VALUES (?, 's1', ?, 1)`,
  );
  const count = options.decisions ?? 3;
  sqlite.transaction(() => {
    for (let seq = 1; seq <= count; seq++) insert.run(seq, `decision ${seq}`);
  })();
  sqlite.exec(options.sql ?? '');
  sqlite.close();
  return path;
}
