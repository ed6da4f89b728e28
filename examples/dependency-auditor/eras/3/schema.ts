/** The schema as it was in era 3. Frozen. */

import { json } from '@varve/schema';
import { relations } from 'drizzle-orm';
import { blob, index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';

const timelineColumns = () => ({
  seq: integer('seq').primaryKey(),
  sessionId: text('session_id')
    .notNull()
    .references(() => sessions.id, { onDelete: 'cascade' }),
});

const usageColumns = () => ({
  inputTokens: integer('input_tokens'),
  outputTokens: integer('output_tokens'),
  costUsd: real('cost_usd'),
});

export const sessions = sqliteTable('sessions', {
  id: text('id').primaryKey().$defaultFn(uuidv7),
  agentName: text('agent_name').notNull(),
  agentVersion: text('agent_version').notNull(),
  providerName: text('provider_name'),
  requestModel: text('request_model'),
  parentSessionId: text('parent_session_id'),
  status: text('status', { enum: ['running', 'completed', 'failed', 'interrupted'] })
    .notNull()
    .default('running'),
  startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
  endedAtMs: integer('ended_at_ms'),
  metadata: json('metadata', z.record(z.string(), z.json())),
});

export const decisions = sqliteTable('decisions', {
  ...timelineColumns(),
  summary: text('summary').notNull(),
  rationale: text('rationale'),
  alternatives: json(
    'alternatives',
    z.array(z.object({ summary: z.string(), rejectedBecause: z.string().optional() })),
  ),
  /** Per cent. */
  confidence: integer('confidence'),
  decidedAtMs: integer('decided_at_ms').notNull().$defaultFn(Date.now),
  ...usageColumns(),
});

export const toolCalls = sqliteTable(
  'tool_calls',
  {
    ...timelineColumns(),
    decisionSeq: integer('decision_seq').references(() => decisions.seq, { onDelete: 'set null' }),
    toolName: text('tool_name').notNull(),
    toolCallId: text('tool_call_id'),
    arguments: json('arguments', z.record(z.string(), z.json())),
    result: json('result', z.json()),
    status: text('status', { enum: ['ok', 'error'] }).notNull(),
    errorType: text('error_type'),
    errorMessage: text('error_message'),
    startedAtMs: integer('started_at_ms').notNull().$defaultFn(Date.now),
    durationMs: real('duration_ms'),
    costUsd: real('cost_usd'),
  },
  (table) => [index('tool_calls_tool_name_idx').on(table.toolName)],
);

export const intermediateResults = sqliteTable('intermediate_results', {
  ...timelineColumns(),
  toolCallSeq: integer('tool_call_seq').references(() => toolCalls.seq, { onDelete: 'set null' }),
  kind: text('kind').notNull(),
  name: text('name').notNull(),
  value: json('value', z.json()),
  blob: blob('blob', { mode: 'buffer' }),
  createdAtMs: integer('created_at_ms').notNull().$defaultFn(Date.now),
});

export const outputs = sqliteTable('outputs', {
  ...timelineColumns(),
  kind: text('kind').notNull(),
  content: json('content', z.json()).notNull(),
  isFinal: integer('is_final', { mode: 'boolean' }).notNull().default(false),
  createdAtMs: integer('created_at_ms').notNull().$defaultFn(Date.now),
  ...usageColumns(),
});

/** The package a session is about. */
export const packages = sqliteTable('packages', {
  ...timelineColumns(),
  /** Null when the manifest could not be read, and so is the version. */
  name: text('name'),
  version: text('version'),
  folder: text('folder').notNull(),
  sizeBytes: integer('size_bytes'),
  fileCount: integer('file_count').notNull().default(0),
  hasInstallScript: integer('has_install_script', { mode: 'boolean' }).notNull().default(false),
});

/** The licence a package claims, and whether its files hold the text of one. */
export const licences = sqliteTable('licences', {
  packageSeq: integer('package_seq')
    .primaryKey()
    .references(() => packages.seq, { onDelete: 'cascade' }),
  declared: text('declared'),
  isShipped: integer('is_shipped', { mode: 'boolean' }).notNull().default(false),
});

/** What is wrong with a package. */
export const findings = sqliteTable(
  'findings',
  {
    ...timelineColumns(),
    packageSeq: integer('package_seq')
      .notNull()
      .references(() => packages.seq, { onDelete: 'cascade' }),
    rule: text('rule').notNull(),
    severity: text('severity', { enum: ['info', 'warn', 'error'] }).notNull(),
    message: text('message').notNull(),
  },
  (table) => [index('findings_rule_idx').on(table.rule)],
);

export const packagesRelations = relations(packages, ({ one, many }) => ({
  licence: one(licences, { fields: [packages.seq], references: [licences.packageSeq] }),
  findings: many(findings),
}));

export const findingsRelations = relations(findings, ({ one }) => ({
  package: one(packages, { fields: [findings.packageSeq], references: [packages.seq] }),
}));
