import { openUnified } from '@varve/aggregator';
import { createSession, openArchive } from '@varve/core';
import type { CallStatus, ToolCall } from '@varve/schema';
import { lineage } from './lineage.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Any<T> = 0 extends 1 & T ? true : false;

/** Compiled, never run: what the declarations in `dist` must know under Drizzle 1.0. */
export async function check(): Promise<unknown> {
  const { toolCalls, findings } = lineage.tables;
  const session = createSession('live', { lineage, session: { agentName: 'types' } });
  session.record(findings, { summary: 'calm', isFinal: false });
  session.record(findings, { summary: 'calm', isFinal: false, body: { tags: ['a'] as readonly string[] } });
  // @ts-expect-error its tags are texts
  session.record(findings, { summary: 'calm', isFinal: false, body: { tags: [1] } });
  // @ts-expect-error a finding has no size
  session.record(findings, { summary: 'calm', isFinal: false, size: 3 });
  // @ts-expect-error a tool's name is text
  session.record(toolCalls, { toolName: 7, status: 'ok' });
  // @ts-expect-error a session has an agent
  createSession('live', { lineage, session: {} });
  const key: Equal<ReturnType<typeof session.record<typeof findings>>, number> = true;

  const archive = openArchive('a.db', { lineage });
  const call = archive.db.select().from(toolCalls).get();
  const isAny: Any<typeof call> = false;
  const isToolCall: Equal<NonNullable<typeof call>, ToolCall> = true;
  const status: Equal<NonNullable<typeof call>['status'], CallStatus> = true;
  const related = archive.db.query.toolCalls.findFirst({ with: { decision: true, findings: true } }).sync();
  const summary: string | undefined = related?.decision?.summary;
  const found: string[] | undefined = related?.findings.flatMap((finding) => finding.body?.tags ?? []);
  // @ts-expect-error a decision may be missing
  related?.decision.summary;
  // @ts-expect-error a relational query knows its columns
  related?.colour;
  // @ts-expect-error and its relations
  archive.db.query.toolCalls.findFirst({ with: { colours: true } });
  // @ts-expect-error a reader cannot write
  archive.db.insert;

  const unified = await openUnified('u.db', { lineage, archives: 'archives' });
  const all = unified.db.query.findings.findMany({ with: { toolCall: { with: { session: true } } } }).sync();
  const places: (number | undefined)[] = all.map((it) => it._archive + (it.toolCall?._version ?? 0));
  const agents: (string | undefined)[] = all.map((it) => it.toolCall?.session.agentName);
  return { key, isAny, isToolCall, status, summary, found, places, agents };
}
