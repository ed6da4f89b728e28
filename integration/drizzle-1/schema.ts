import { json, standardTables, timelineColumns, toolCalls } from '@varve/schema';
import { defineRelations } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';

export const { decisions, sessions, standardRelations } = standardTables;
export { toolCalls };

export const findings = sqliteTable('findings', {
  ...timelineColumns(),
  summary: text('summary').notNull(),
  body: json('body', z.object({ tags: z.array(z.string()) })),
  isFinal: integer('is_final', { mode: 'boolean' }).notNull(),
  foundAt: integer('found_at', { mode: 'timestamp_ms' }),
  toolCallSeq: integer('tool_call_seq').references(() => toolCalls.seq),
});

export const ownRelations = defineRelations({ findings, toolCalls }, (r) => ({
  findings: { toolCall: r.one.toolCalls({ from: r.findings.toolCallSeq, to: r.toolCalls.seq }) },
  toolCalls: { findings: r.many.findings() },
}));
