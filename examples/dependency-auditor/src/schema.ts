import { json, sessions, timelineColumns } from '@varve/schema';
import { relations, sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';

/** The standard tables, as they come. */
export {
  decisions,
  decisionsRelations,
  intermediateResults,
  intermediateResultsRelations,
  messages,
  messagesRelations,
  modelCalls,
  modelCallsRelations,
  outputs,
  outputsRelations,
  sessions,
  sessionsRelations,
  sources,
  sourcesRelations,
  toolCalls,
  toolCallsRelations,
} from '@varve/schema';

export const severities = ['info', 'warning', 'critical'] as const;
export const verdictWords = ['approve', 'review', 'reject'] as const;

/** The package a session is about: one row a session. */
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

/** What is wrong with a package. On the timeline: a finding has its place among the tool calls. */
export const findings = sqliteTable(
  'findings',
  {
    ...timelineColumns(),
    packageSeq: integer('package_seq')
      .notNull()
      .references(() => packages.seq, { onDelete: 'cascade' }),
    rule: text('rule').notNull(),
    severity: text('severity', { enum: severities }).notNull(),
    message: text('message').notNull(),
  },
  (table) => [
    index('findings_rule_severity_idx').on(table.rule, table.severity),
    check('findings_severity', sql`${table.severity} in ('info', 'warning', 'critical')`),
  ],
);

/** How the audit ended: one row a session. */
export const verdicts = sqliteTable(
  'verdicts',
  {
    sessionId: text('session_id')
      .primaryKey()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    verdict: text('verdict', { enum: verdictWords }).notNull(),
    /** 100 is spotless. */
    score: integer('score').notNull(),
    reasons: json('reasons', z.array(z.string())),
    decidedAtMs: integer('decided_at_ms').notNull().$defaultFn(Date.now),
  },
  (table) => [
    index('verdicts_verdict_idx').on(table.verdict),
    check('verdicts_score_range', sql`${table.score} between 0 and 100`),
  ],
);

export const packagesRelations = relations(packages, ({ one, many }) => ({
  licence: one(licences, { fields: [packages.seq], references: [licences.packageSeq] }),
  verdict: one(verdicts, { fields: [packages.sessionId], references: [verdicts.sessionId] }),
  findings: many(findings),
}));

export const findingsRelations = relations(findings, ({ one }) => ({
  package: one(packages, { fields: [findings.packageSeq], references: [packages.seq] }),
}));
