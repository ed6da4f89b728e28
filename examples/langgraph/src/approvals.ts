import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who let a refund go out, or did not: asked for by the auditors a week after the first threads. */
export const approvals = sqliteTable('approvals', {
  seq: integer('seq').primaryKey(),
  approvedBy: text('approved_by').notNull(),
  answer: text('answer', { enum: ['yes', 'no'] }).notNull(),
  amount: integer('amount').notNull(),
  /** Unix time in milliseconds. */
  decidedAtMs: integer('decided_at_ms').notNull().$defaultFn(Date.now),
});
