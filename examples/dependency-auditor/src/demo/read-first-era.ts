import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { census } from '@varve/aggregator';
import { type Archive, openArchive } from '@varve/core';
import { lineage } from '../lineage.ts';
import type * as schema from '../schema.ts';
import type { Screen } from './screen.ts';

/** Reads the oldest archive through today's types, and shows that this left no trace. */
export function readFirstEra(screen: Screen, archiveDir: string): void {
  const path = census(archiveDir, { lineage }).archives.find(({ version }) => version === 1)?.path;
  if (!path) throw new Error('no archive of version 1');
  const before = { hash: hashFile(path), files: readdirSync(dirname(path)).length };
  screen.line(`${basename(path)}`);
  screen.line(`sha-256  ${before.hash}  before`);
  {
    using archive = openArchive(path, { lineage });
    showPlan(screen, archive);
    showSession(screen, archive);
  }
  const after = { hash: hashFile(path), files: readdirSync(dirname(path)).length };
  if (after.hash !== before.hash || after.files !== before.files) throw new Error(`reading changed ${path}`);
  screen.line(`sha-256  ${after.hash}  after`);
  screen.proof('every byte is as it was, and no file was left beside it');
}

function showPlan(screen: Screen, { plan, version }: Archive<typeof schema>): void {
  const strategies = Object.entries(Object.groupBy(plan.tables, ({ strategy }) => strategy));
  const counts = strategies.map(([strategy, tables = []]) => `${tables.length} ${strategy}`).join(', ');
  const copied = plan.copy === 'none' ? 'nothing copied' : `a copy in ${plan.copy}`;
  screen.note(
    `version ${version} of ${lineage.migrations.length} · ${plan.strategy}, ${copied} · tables: ${counts}`,
  );
}

/** Every column below has the type it has today; half of them did not exist when the file was sealed. */
function showSession(screen: Screen, { db }: Archive<typeof schema>): void {
  const audited = db.query.packages.findFirst({ with: { licence: true, verdict: true } }).sync();
  const decision = db.query.decisions.findFirst({ with: { toolCalls: true } }).sync();
  const session = db.query.sessions.findFirst().sync();
  const verdict = audited?.verdict;
  screen.line(`package  ${audited?.name} ${audited?.version}, declared ${audited?.licence?.declared}`);
  screen.line(
    `verdict  ${verdict?.verdict}, score ${verdict?.score}: ${verdict?.reasons?.join('; ') || 'spotless'}`,
  );
  screen.line(
    `model    ${session?.requestModel}, ${decision?.confidence} sure of “${decision?.summary}” (${decision?.toolCalls.length} calls)`,
  );
}

function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
