import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { editEntries, editJson } from './edit-json.ts';

/**
 * Gives a migration of a drizzle-kit folder, of either layout, another label behind its number or time stamp; returns its
 * name from now on.
 */
export function renameMigration(dir: string, name: string, label: string): string {
  const renamed = `${name.split('_')[0]}_${label}`;
  const isFolder = existsSync(join(dir, name, 'migration.sql'));
  const suffix = isFolder ? '' : '.sql';
  renameSync(join(dir, name + suffix), join(dir, renamed + suffix));
  editJson(join(dir, 'meta', '_journal.json'), (journal) =>
    editEntries(journal, (entry) => [entry.tag === name ? { ...entry, tag: renamed } : entry]),
  );
  return renamed;
}
