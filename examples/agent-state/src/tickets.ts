import { json, timelineColumns } from '@varve/schema';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';

export const topics = ['order', 'refund', 'other'] as const;

/** What a customer asked: on the session's timeline, before the tool calls it led to. */
export const tickets = sqliteTable('tickets', {
  ...timelineColumns(),
  question: text('question').notNull(),
  topic: text('topic', { enum: topics }).notNull(),
  /** 1 is the most urgent. */
  priority: integer('priority').notNull().default(3),
  orderNumbers: json('order_numbers', z.array(z.string())).notNull(),
});
