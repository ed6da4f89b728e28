import type { Database } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { HeadShape, SessionsTable, TimelineTable } from '../sources/index.ts';
import { prepareOnce } from './prepare-once.ts';
import { failureWords } from './step-state.ts';
import { toMs } from './time.ts';

/** What the table of sessions tells of one session. */
export interface SessionSummary {
  readonly sessionId: string | null;
  readonly parentSessionId: string | null;
  readonly parentCallSeq: number | null;
  readonly title: string | null;
  readonly agentName: string | null;
  readonly agentVersion: string | null;
  readonly model: string | null;
  readonly status: string | null;
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  readonly steps: number;
  readonly failures: number;
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

/** Of every session in a file that is open at head, in the order of its table; one without an id where it has none. */
export function summariseFile(sqlite: Database, shape: HeadShape): SessionSummary[] {
  const sessions = shape.sessions ? readSessions(sqlite, shape.sessions, oneFile) : [];
  return joinCounts(sessions, countSteps(sqlite, shape, oneFile));
}

/** The same of many archives of a unified view at once, by their numbers in it. */
export function summariseArchives(
  sqlite: Database,
  shape: HeadShape,
  archives: readonly number[],
): ReadonlyMap<number, readonly SessionSummary[]> {
  const of = inView(archives);
  const sessions = Map.groupBy(
    shape.sessions ? readSessions(sqlite, shape.sessions, of) : [],
    (it) => it.archive,
  );
  const counts = Map.groupBy(countSteps(sqlite, shape, of), ({ archive }) => archive);
  return new Map(
    archives.map((id) => [id, joinCounts(sessions.get(id)?.slice(0, most) ?? [], counts.get(id) ?? [])]),
  );
}

/** Where the rows are read. */
interface Scope {
  /** What names the archive that a row is of. */
  readonly archive: string;
  readonly from: (table: string) => string;
  readonly values: readonly { readonly archives: string }[];
  readonly limit: string;
}

/** Sessions of one file. */
const most = 10_000;

const oneFile: Scope = { archive: '0', from: quoteIdentifier, values: [], limit: `LIMIT ${most}` };

function inView(archives: readonly number[]): Scope {
  const from = (table: string) =>
    `main.${quoteIdentifier(table)} WHERE "_archive" IN (SELECT value FROM json_each(@archives))`;
  return { archive: '"_archive"', from, values: [{ archives: JSON.stringify(archives) }], limit: '' };
}

function joinCounts(sessions: readonly SessionFacts[], counts: readonly StepCounts[]): SessionSummary[] {
  if (sessions.length === 0) return [{ ...noSession, ...sumCounts(counts).sums }];
  return sessions.map(({ archive: _, ...session }) => {
    const own = sumCounts(
      sessions.length === 1 ? counts : counts.filter((it) => it.session === session.sessionId),
    );
    return { ...session, model: session.model ?? own.model, ...own.sums };
  });
}

const noSession = {
  ...{ sessionId: null, parentSessionId: null, parentCallSeq: null, title: null, agentName: null },
  ...{ agentVersion: null, model: null, status: null, startedAtMs: null, durationMs: null },
};

type SessionFacts = Omit<SessionSummary, 'steps' | 'failures' | 'tokens' | 'costUsd'> & {
  readonly archive: number;
};

function readSessions(sqlite: Database, { name, id, roles }: SessionsTable, of: Scope): SessionFacts[] {
  const column = (role: keyof typeof roles) => (roles[role] ? quoteIdentifier(roles[role]) : 'NULL');
  const rows = prepareOnce<Record<string, string | number | null>>(
    sqlite,
    `SELECT ${of.archive} AS archive, CAST(${quoteIdentifier(id)} AS TEXT) AS sessionId, CAST(${column('parentSessionId')} AS TEXT) AS parentSessionId,
        ${column('parentCallSeq')} AS parentCallSeq, substr(${column('title')}, 1, 300) AS title,
        ${column('agentName')} AS agentName, ${column('agentVersion')} AS agentVersion, ${column('model')} AS model,
        ${column('status')} AS status, ${column('startedAt')} AS startedAt, ${column('endedAt')} AS endedAt
      FROM ${of.from(name)} ${of.limit}`,
  ).all(...of.values);
  return rows.map(toFacts);
}

function toFacts(row: Record<string, string | number | null>): SessionFacts {
  const startedAtMs = toMs(row.startedAt);
  const endedAtMs = toMs(row.endedAt);
  return {
    archive: Number(row.archive),
    sessionId: toText(row.sessionId),
    parentSessionId: toText(row.parentSessionId),
    parentCallSeq: typeof row.parentCallSeq === 'number' ? row.parentCallSeq : null,
    title: toText(row.title),
    agentName: toText(row.agentName),
    agentVersion: toText(row.agentVersion),
    model: toText(row.model),
    status: toText(row.status),
    startedAtMs,
    durationMs: startedAtMs !== null && endedAtMs !== null ? endedAtMs - startedAtMs : null,
  };
}

function toText(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

interface StepCounts {
  readonly archive: number;
  readonly session: string | null;
  readonly kind: TimelineTable['kind'];
  readonly steps: number;
  readonly failures: number;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly model: string | null;
}

function countSteps(sqlite: Database, { timeline }: HeadShape, of: Scope): StepCounts[] {
  if (timeline.length === 0) return [];
  const sql = timeline.map((table) => countSql(table, of)).join('\nUNION ALL ');
  return prepareOnce<StepCounts>(sqlite, sql).all(...of.values);
}

function countSql({ name, sessionId, kind, roles, columns }: TimelineTable, of: Scope): string {
  const isError = roles.status
    ? `${quoteIdentifier(roles.status)} IN (${failureWords})`
    : roles.errorMessage
      ? `${quoteIdentifier(roles.errorMessage)} NOTNULL`
      : '0';
  const sum = (column: string | undefined) => (column ? `sum(${quoteIdentifier(column)})` : 'NULL');
  const tokens = roles.inputTokens
    ? `sum(ifnull(${quoteIdentifier(roles.inputTokens)}, 0) + ifnull(${roles.outputTokens ? quoteIdentifier(roles.outputTokens) : 'NULL'}, 0))`
    : 'NULL';
  const hasUsage = roles.inputTokens ? `count(${quoteIdentifier(roles.inputTokens)})` : '0';
  const model =
    kind === 'model' && columns.some((it) => it.name === 'request_model') ? 'max("request_model")' : 'NULL';
  const session = quoteIdentifier(sessionId);
  return `SELECT ${of.archive} AS archive, CAST(${session} AS TEXT) AS session, '${kind}' AS kind, count(*) AS steps, total(${isError}) AS failures,
    CASE WHEN ${hasUsage} THEN ${tokens} END AS tokens, ${sum(roles.costUsd)} AS costUsd, ${model} AS model
    FROM ${of.from(name)} GROUP BY 1, 2`;
}

/** What decisions and outputs used is in their model calls already, where those were recorded. */
function sumCounts(counts: readonly StepCounts[]) {
  const byModel = counts.some(({ kind, tokens }) => kind === 'model' && tokens !== null);
  const counted = counts.filter(({ kind }) => !byModel || kind === 'model' || kind === 'tool');
  const sums = {
    steps: counts.reduce((sum, it) => sum + it.steps, 0),
    failures: counts.reduce((sum, it) => sum + it.failures, 0),
    tokens: sumKnown(counted.map((it) => it.tokens)),
    costUsd: sumKnown(counted.map((it) => it.costUsd)),
  };
  return { sums, model: counts.find((it) => it.model !== null)?.model ?? null };
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
