import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { census, openUnified, type Unified } from '@varve/aggregator';
import { lineage } from 'dependency-auditor';
import { count, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordTauSession } from './record-tau-session.ts';
import { hasTauBench, readTauBench, stepsOf, type TauSession } from './tau-bench.ts';

const head = lineage.migrations.length;

describe.skipIf(!hasTauBench())('200 real sessions, spread over every version of a lineage', () => {
  let dir: string;
  let trajectories: TauSession[];
  let unified: Unified<typeof lineage.tables>;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'varve-tau-'));
    const [sessionsDir, archiveDir] = [join(dir, 'live'), join(dir, 'archive')];
    for (const folder of [sessionsDir, archiveDir]) mkdirSync(folder);
    trajectories = readTauBench();
    for (const [at, tau] of trajectories.entries()) {
      recordTauSession(tau, { lineage, version: (at % head) + 1, sessionsDir, archiveDir });
    }
    unified = await openUnified(join(dir, 'unified.db'), { lineage, archives: archiveDir });
  });

  afterAll(() => {
    unified?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const calls = () =>
    trajectories.flatMap((tau) => stepsOf(tau)).flatMap((it) => (it.kind === 'call' ? [it.call] : []));

  it('stand at every version and are all readable', () => {
    const found = census(join(dir, 'archive'), { lineage });
    expect(found.total).toBe(200);
    expect(found.problems).toEqual([]);
    expect(found.versions.map((it) => it.version)).toEqual(Array.from({ length: head }, (_, at) => at + 1));
    expect(unified.problems).toEqual([]);
  });

  it('answer calls per tool and failed calls per tool as the JSON does', () => {
    const { toolCalls } = unified.tables;
    const perTool = unified.db.select({ tool: toolCalls.toolName, calls: count() }).from(toolCalls);
    const all = perTool.groupBy(toolCalls.toolName).all();
    expect(tally(all)).toEqual(tallyOf(calls().map((call) => call.name)));
    expect(all.reduce((sum, row) => sum + row.calls, 0)).toBe(1164);
    const failed = unified.db
      .select({ tool: toolCalls.toolName, calls: count() })
      .from(toolCalls)
      .where(eq(toolCalls.status, 'error'))
      .groupBy(toolCalls.toolName)
      .all();
    const wanted = calls().filter((call) => call.answer?.startsWith('Error'));
    expect(tally(failed)).toEqual(tallyOf(wanted.map((call) => call.name)));
  });

  it('answer sessions with reward 1 by task as the JSON does', () => {
    const { sessions } = unified.tables;
    const task = sql<number>`json_extract(${sessions.metadata}, '$.taskId')`;
    const won = unified.db
      .select({ task, won: count() })
      .from(sessions)
      .where(sql`json_extract(${sessions.metadata}, '$.reward') = 1`)
      .groupBy(task)
      .all();
    const wanted = tallyOf(trajectories.filter((tau) => tau.reward === 1).map((tau) => String(tau.task_id)));
    expect(Object.fromEntries(won.map((row) => [String(row.task), row.won]))).toEqual(wanted);
  });

  it('are complete: every step of every session, in its order', () => {
    const { sessions, toolCalls, outputs, intermediateResults } = unified.tables;
    const { db } = unified;
    for (const session of db.select().from(sessions).all()) {
      const { _archive: archive } = session;
      const calls = db.select().from(toolCalls).where(eq(toolCalls._archive, archive)).all();
      const replies = db.select().from(outputs).where(eq(outputs._archive, archive)).all();
      const messages = db
        .select()
        .from(intermediateResults)
        .where(eq(intermediateResults._archive, archive))
        .all();
      const steps = [
        ...calls.map((row) => ({
          seq: row.seq,
          text: [row.toolName, row.arguments, row.errorMessage ?? row.result],
        })),
        ...replies.map((row) => ({ seq: row.seq, text: row.content })),
        ...messages.map((row) => ({ seq: row.seq, text: [row.name, row.value] })),
      ];
      const { taskId, trial } = session.metadata as { taskId: number; trial: number };
      const tau = trajectories.find((it) => it.task_id === taskId && it.trial === trial) as TauSession;
      const wanted = stepsOf(tau).map((step) => {
        if (step.kind === 'reply') return step.text;
        if (step.kind === 'message') return [step.role, step.text];
        return [step.call.name, step.call.arguments, step.call.answer ?? null];
      });
      expect(steps.toSorted((a, b) => a.seq - b.seq).map((step) => step.text)).toEqual(wanted);
    }
  });
});

function tally(rows: readonly { tool: string; calls: number }[]): Record<string, number> {
  return Object.fromEntries(rows.map((row) => [row.tool, row.calls]));
}

function tallyOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
