import { createSession, openArchive } from '@varve/core';
import type { CallStatus, ToolCall } from '@varve/schema';
import { lineage } from './lineage.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Any<T> = 0 extends 1 & T ? true : false;

/** Compiled, never run: what the declarations in `dist` must know. */
export function check(): unknown {
  const { toolCalls, labels } = lineage.tables;
  const session = createSession('live', { lineage, session: { agentName: 'types' } });
  session.record(labels, { name: 'calm', colour: 'blue' });
  // @ts-expect-error a label has no size
  session.record(labels, { name: 'calm', colour: 'blue', size: 3 });
  // @ts-expect-error a tool's name is text
  session.record(toolCalls, { toolName: 7, status: 'ok' });
  // @ts-expect-error a session has an agent
  createSession('live', { lineage, session: {} });

  const archive = openArchive('a.db', { lineage });
  const call = archive.db.select().from(toolCalls).get();
  const isAny: Any<typeof call> = false;
  const isToolCall: Equal<NonNullable<typeof call>, ToolCall> = true;
  const status: Equal<NonNullable<typeof call>['status'], CallStatus> = true;
  const related = archive.db.query.toolCalls.findFirst({ with: { decision: true } }).sync();
  const summary: string | undefined = related?.decision?.summary;
  // @ts-expect-error a relational query knows its columns
  related?.colour;
  return { isAny, isToolCall, status, summary };
}
