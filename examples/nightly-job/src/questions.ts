import type { lineage } from '@acme/agent-state';
import type { Unified } from '@varve/aggregator';
import { asc, count, countDistinct, eq, sql } from 'drizzle-orm';

type AllSessions = Unified<typeof lineage.tables>;

/** How many archives the answers come from. */
export function countArchives({ db, archives }: AllSessions): number {
  return (
    db.select({ archives: count() }).from(archives).where(eq(archives.state, 'unified')).get()?.archives ?? 0
  );
}

/** What customers ask for, and how pressing it is. */
export function askTopics({ db, tables: { sessions, tickets } }: AllSessions) {
  return db
    .select({
      topic: tickets.topic,
      sessions: countDistinct(tickets.sessionId),
      urgent: sql<number>`sum(${tickets.priority} = 1)`,
      interrupted: sql<number>`sum(${sessions.status} = 'interrupted')`,
    })
    .from(tickets)
    .innerJoin(sessions, eq(sessions.id, tickets.sessionId))
    .groupBy(tickets.topic)
    .orderBy(asc(tickets.topic))
    .all();
}

/** How often each tool was called, and failed. */
export function askTools({ db, tables: { toolCalls } }: AllSessions) {
  return db
    .select({
      tool: toolCalls.toolName,
      calls: count(),
      failed: sql<number>`sum(${toolCalls.status} = 'error')`,
    })
    .from(toolCalls)
    .groupBy(toolCalls.toolName)
    .orderBy(asc(toolCalls.toolName))
    .all();
}
