import type { SessionDetail } from '../../../src/api/session-detail.ts';
import { formatCompact, formatCost, formatDuration, plural } from '../parts/format.ts';

export interface SessionSummary {
  readonly name: string;
  readonly status: string | null;
  readonly state: 'ok' | 'failed' | 'running' | 'stopped';
  readonly startedAtMs: number | null;
  readonly failures: number;
  /** Agent, model, duration, steps, tokens and cost, as far as they are known. */
  readonly facts: readonly string[];
}

/** What a session's head says of it. */
export function summarise({ session, sessionId, steps, path }: SessionDetail): SessionSummary {
  const text = (...names: string[]) => {
    const cell = names.map((name) => session?.[name]).find((it) => it !== null && it !== undefined);
    return typeof cell === 'string' && cell !== '' ? cell : null;
  };
  const status = text('status', 'state');
  const times = steps.map(({ startedAtMs }) => startedAtMs).filter((it) => it !== null);
  const startedAtMs = numberOf(session?.started_at_ms) ?? times[0] ?? null;
  const endedAtMs = numberOf(session?.ended_at_ms);
  const byModel = steps.some(({ kind, tokens }) => kind === 'model' && tokens !== null);
  const counted = steps.filter(({ kind }) => !byModel || kind === 'model' || kind === 'tool');
  const tokens = sum(counted.map((it) => it.tokens));
  const cost = sum(counted.map((it) => it.costUsd));
  const agent = [text('agent_name', 'agent'), text('agent_version')].filter((it) => it !== null).join(' ');
  const facts = [
    agent,
    text('request_model', 'model'),
    startedAtMs !== null && endedAtMs !== null ? formatDuration(endedAtMs - startedAtMs) : null,
    plural(steps.length, 'step'),
    tokens === null ? null : `${formatCompact(tokens)} tokens`,
    cost === null ? null : formatCost(cost),
  ].filter((it) => it !== null && it !== '');
  return {
    name: text('title', 'name') ?? sessionId ?? path.split(/[\\/]/).at(-1) ?? path,
    status,
    state: stateOf(status),
    startedAtMs,
    failures: steps.filter(({ state }) => state === 'failed').length,
    facts: facts as string[],
  };
}

function numberOf(cell: unknown): number | null {
  return typeof cell === 'number' ? cell : null;
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function stateOf(status: string | null): SessionSummary['state'] {
  if (status === null || /^(completed?|ok|done|success)/i.test(status)) return 'ok';
  if (/^running/i.test(status)) return 'running';
  return /^(fail|err|interrupt|crash|denied)/i.test(status) ? 'failed' : 'stopped';
}
