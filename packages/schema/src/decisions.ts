import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { json } from './json-column.ts';
import { timelineColumns } from './timeline-columns.ts';
import { usageColumns } from './usage-columns.ts';

export const alternative = z.object({ summary: z.string(), rejectedBecause: z.string().optional() });

/** What the agent decided to do, why, and what else it weighed. */
export const decisions = sqliteTable('decisions', {
  ...timelineColumns(),
  summary: text('summary').notNull(),
  rationale: text('rationale'),
  alternatives: json('alternatives', z.array(alternative)),
  /** 0 to 1. */
  confidence: real('confidence'),
  decidedAtMs: integer('decided_at_ms').notNull().$defaultFn(Date.now),
  ...usageColumns(),
});
