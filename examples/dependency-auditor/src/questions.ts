import type { Unified } from '@varve/aggregator';
import { and, asc, count, desc, eq, sql } from 'drizzle-orm';
import type * as schema from './schema.ts';

type AllSessions = Unified<typeof schema>;

/** Which tools fail most, and how long they take: the worst first. */
export function askTools({ db, tables: { toolCalls } }: AllSessions) {
  const failures = sql<number>`sum(${toolCalls.status} = 'error')`;
  return db
    .select({
      tool: toolCalls.toolName,
      calls: count(),
      failures,
      // Rounded: a sum of reals follows the order of rows in its last digits.
      averageMs: sql<number>`round(avg(${toolCalls.durationMs}), 3)`,
      totalMs: sql<number>`round(sum(${toolCalls.durationMs}), 3)`,
    })
    .from(toolCalls)
    .groupBy(toolCalls.toolName)
    .orderBy(desc(failures), asc(toolCalls.toolName))
    .all();
}

/** How packages under each licence were judged: the most used licence first. */
export function askVerdictsByLicence({ db, tables: { licences, packages, verdicts } }: AllSessions) {
  return db
    .select({ licence: sql<string>`coalesce(${licences.declared}, 'none')`, ...countVerdicts(verdicts) })
    .from(verdicts)
    .innerJoin(packages, eq(packages.sessionId, verdicts.sessionId))
    .innerJoin(licences, and(eq(licences._archive, packages._archive), eq(licences.packageSeq, packages.seq)))
    .groupBy(licences.declared)
    .orderBy(desc(count()), asc(licences.declared))
    .all();
}

/** How each version of the service ended its sessions. */
export function askServiceVersions({ db, tables: { sessions } }: AllSessions) {
  const inState = (status: string) => sql<number>`sum(${sessions.status} = ${status})`;
  return db
    .select({
      service: sessions.agentVersion,
      sessions: count(),
      completed: inState('completed'),
      failed: inState('failed'),
    })
    .from(sessions)
    .groupBy(sessions.agentVersion)
    .orderBy(asc(sessions.agentVersion))
    .all();
}

/** The verdicts by the schema version that their archive stands at. An upgrade changes this, and nothing else. */
export function askVerdictsByVersion({ db, tables: { sessions, verdicts } }: AllSessions) {
  return db
    .select({
      version: sessions._version,
      sessions: count(),
      ...countVerdicts(verdicts),
    })
    .from(sessions)
    .leftJoin(verdicts, eq(verdicts.sessionId, sessions.id))
    .groupBy(sessions._version)
    .orderBy(asc(sessions._version))
    .all();
}

function countVerdicts(verdicts: AllSessions['tables']['verdicts']) {
  const inState = (verdict: string) => sql<number>`count(*) filter (where ${verdicts.verdict} = ${verdict})`;
  return { approve: inState('approve'), review: inState('review'), reject: inState('reject') };
}
