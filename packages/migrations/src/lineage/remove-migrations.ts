import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { editEntries, editJson } from './edit-json.ts';
import { migrationFile, snapshotFile } from './read-lineage.ts';

/** Takes migrations out of a drizzle-kit folder of either layout, with their snapshots. */
export function removeMigrations(dir: string, names: readonly string[]): void {
  for (const name of names) {
    for (const path of [join(dir, name), migrationFile(dir, name), snapshotFile(dir, name)]) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  editJson(join(dir, 'meta', '_journal.json'), (journal) =>
    editEntries(journal, (entry) => (names.includes(entry.tag) ? [] : [entry])),
  );
}
