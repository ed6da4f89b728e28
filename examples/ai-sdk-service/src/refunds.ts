import { timelineColumns } from '@varve/schema';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What was paid back, where it happened on the session's timeline. */
export const refunds = sqliteTable('refunds', {
  ...timelineColumns(),
  orderId: text('order_id').notNull(),
  amount: integer('amount').notNull(),
});
