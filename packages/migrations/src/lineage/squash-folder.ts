import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from './lineage.ts';
import { migrationFile, readLineage, snapshotFile } from './read-lineage.ts';

/** What a snapshot without an ancestor names as its ancestor. */
const origin = '00000000-0000-0000-0000-000000000000';

/**
 * Makes a drizzle-kit folder of either layout that of a squashed lineage: the last of the folded migrations gets the
 * baseline's text and keeps its snapshot, those before it are removed. Returns the names of these.
 */
export function squashFolder(dir: string, squashed: Lineage): string[] {
  const baseline = squashed.migrations[0];
  const names = readLineage(dir).migrations.map(({ name }) => name);
  const gone = names.slice(0, baseline ? names.indexOf(baseline.name) : 0);
  if (!baseline || gone.length === 0) return [];
  writeFileSync(migrationFile(dir, baseline.name), baseline.sql);
  editJson(snapshotFile(dir, baseline.name), (snapshot) => {
    const ancestor = 'prevIds' in snapshot ? { prevIds: [origin] } : { prevId: origin };
    return { ...snapshot, ...ancestor };
  });
  for (const name of gone) {
    for (const path of [join(dir, name), migrationFile(dir, name), snapshotFile(dir, name)]) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  editJson(join(dir, 'meta', '_journal.json'), (journal) => {
    const entries = journal.entries as readonly { readonly tag: string }[];
    return { ...journal, entries: entries.filter(({ tag }) => !gone.includes(tag)) };
  });
  return gone;
}

function editJson(path: string, edit: (json: Record<string, unknown>) => Record<string, unknown>): void {
  if (!existsSync(path)) return;
  const json = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify(edit(json), null, 2));
}
