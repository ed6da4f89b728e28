import { type lineage as Lineage, lineage, tickets } from '@acme/agent-state';
import { openUnified, type Unified } from '@varve/aggregator';
import { type Archive, createSession, openArchive, readSession, type Session } from '@varve/core';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Tables = typeof Lineage.tables;

const strangers = sqliteTable('strangers', { name: text('name') });
const ticket = { question: 'Where?', topic: 'order', orderNumbers: [] } as const;

/**
 * What must and must not compile in a service that imports its team's package. Never run: `pnpm types` fails where a
 * line that must not compile does.
 */
export function record(session: Session<Tables>): void {
  const seq: Equal<ReturnType<typeof recordTicket>, number> = true;
  session.record(tickets, { ...ticket, orderNumbers: [], priority: seq ? 1 : 2 });
  // @ts-expect-error a ticket has a topic
  session.record(tickets, { question: 'Where?', orderNumbers: [] });
  // @ts-expect-error a topic is one of three words
  session.record(tickets, { ...ticket, orderNumbers: [], topic: 'weather' });
  // @ts-expect-error order numbers are texts
  session.record(tickets, { ...ticket, orderNumbers: [17] });
  // @ts-expect-error `urgent` was dropped by a migration
  session.record(tickets, { ...ticket, orderNumbers: [], urgent: true });
  // @ts-expect-error the session fills the sequence number
  session.record(tickets, { ...ticket, orderNumbers: [], seq: 1 });
  // @ts-expect-error a table that is not the lineage's
  session.record(strangers, { name: 'x' });
  // @ts-expect-error an archive is made of a session that ended
  session.seal('archives', { status: 'running' });
}

function recordTicket(session: Session<Tables>) {
  return session.record(tickets, { ...ticket, orderNumbers: [] });
}

export function create(): void {
  using session = createSession('live', { lineage, session: { agentName: 'support' } });
  const id: Equal<typeof session.id, string> = true;
  // @ts-expect-error the id is the file's name
  if (id) session.id = 'another';
  // @ts-expect-error a session has an agent
  createSession('live', { lineage, session: {} });
  // @ts-expect-error a session has no colour
  createSession('live', { lineage, session: { agentName: 'support', colour: 'red' } });
}

export function read(archive: Archive<Tables>): void {
  const row = archive.db.select().from(tickets).get();
  const topic: Equal<NonNullable<typeof row>['topic'], 'order' | 'refund' | 'other'> = true;
  const numbers: Equal<NonNullable<typeof row>['orderNumbers'], string[]> = topic;
  const priority: Equal<NonNullable<typeof row>['priority'], number> = numbers;
  // @ts-expect-error readers cannot write
  archive.db.insert(tickets);
  // @ts-expect-error an archive records nothing
  archive.record;
  // @ts-expect-error a column of an old version
  if (priority) tickets.urgent;
  const related = archive.db.query.toolCalls.findFirst({ with: { decision: true } }).sync();
  const summary: string | undefined = related?.decision?.summary;
  // @ts-expect-error a relation that nobody defined
  archive.db.query.toolCalls.findFirst({ with: { customer: true } });
  // @ts-expect-error a live reader cannot seal
  readSession(summary ?? '', { lineage }).seal('archives');
}

export async function unify(): Promise<Unified<Tables>> {
  const unified = await openUnified('unified.db', { lineage, archives: 'archives' });
  const row = unified.db.select().from(unified.tables.tickets).get();
  const archive: Equal<NonNullable<typeof row>['_archive'], number> = true;
  const topic: Equal<NonNullable<typeof row>['topic'], 'order' | 'refund' | 'other'> = archive;
  // @ts-expect-error one archive's table has no provenance
  if (topic) tickets._archive;
  // @ts-expect-error an archive is opened by a lineage
  openArchive('a.db');
  return unified;
}
