import { writeFileSync } from 'node:fs';
import { editJson } from './edit-json.ts';
import type { Lineage } from './lineage.ts';
import { migrationFile, readLineage, snapshotFile } from './read-lineage.ts';
import { removeMigrations } from './remove-migrations.ts';

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
  removeMigrations(dir, gone);
  return gone;
}
