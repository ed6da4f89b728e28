import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { json } from './json-column.ts';
import { modelCalls } from './model-calls.ts';
import { timelineColumns } from './timeline-columns.ts';
import { usageColumns } from './usage-columns.ts';

export const alternative = z.object({ summary: z.string(), rejectedBecause: z.string().optional() });

/** What the agent decided to do, why, and what else it weighed. */
export const decisions = sqliteTable(
  'decisions',
  {
    ...timelineColumns(),
    /** What was decided, in a line. */
    summary: text('summary').notNull(),
    /** Why. */
    rationale: text('rationale'),
    /** What else was weighed, and why not. */
    alternatives: json('alternatives', z.array(alternative)),
    /** 0 to 1. */
    confidence: real('confidence'),
    /** Unix time in milliseconds. */
    decidedAtMs: integer('decided_at_ms').notNull().$defaultFn(Date.now),
    ...usageColumns(),
    /** The model call that the decision came from. */
    modelCallSeq: integer('model_call_seq').references(() => modelCalls.seq, { onDelete: 'set null' }),
  },
  (table) => [index('decisions_model_call_seq_idx').on(table.modelCallSeq)],
);
