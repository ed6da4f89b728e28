import { createSession, openSession } from '@varve/core';
import { defineLineage, type Lineage } from '@varve/migrations';
import * as era1 from 'dependency-auditor/eras/1';
import { stepsOf, type TauCall, type TauSession } from './tau-bench.ts';

export interface RecordTauOptions {
  readonly lineage: Lineage;
  /** The version of the program that opens the session last, and seals it. */
  readonly version: number;
  readonly sessionsDir: string;
  readonly archiveDir: string;
}

/**
 * Records one trajectory by the tables of the first version, has a program of another version seal it, and returns the
 * archive's path.
 */
export function recordTauSession(tau: TauSession, options: RecordTauOptions): string {
  const path = recordSteps(tau, options);
  const { name, migrations } = options.lineage;
  const sealing = defineLineage({
    name,
    tables: { sessions: era1.sessions },
    migrations: migrations.slice(0, options.version),
  });
  return openSession(path, { lineage: sealing }).seal(options.archiveDir);
}

function recordSteps(tau: TauSession, { lineage, sessionsDir }: RecordTauOptions): string {
  const { name, migrations } = lineage;
  const metadata = { taskId: tau.task_id, trial: tau.trial, reward: tau.reward };
  using session = createSession(sessionsDir, {
    lineage: defineLineage({ name, tables: era1, migrations: migrations.slice(0, 1) }),
    session: { agentName: 'airline', agentVersion: '1', model: 'gpt-4o', metadata },
  });
  for (const step of stepsOf(tau)) {
    if (step.kind === 'call') session.record(era1.toolCalls, toolCallRow(step.call));
    else if (step.kind === 'reply') session.record(era1.outputs, { kind: 'text', content: step.text });
    else session.record(era1.intermediateResults, { kind: 'message', name: step.role, value: step.text });
  }
  return session.path;
}

function toolCallRow({ id, name, arguments: args, answer }: TauCall) {
  const call = { toolName: name, toolCallId: id, arguments: args };
  const isError = answer?.startsWith('Error') ?? false;
  return isError
    ? { ...call, status: 'error' as const, errorType: 'Error', errorMessage: answer ?? null }
    : { ...call, status: 'ok' as const, result: answer ?? null };
}
