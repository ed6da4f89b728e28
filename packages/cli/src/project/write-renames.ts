import { readFileSync, writeFileSync } from 'node:fs';
import { type Lineage, replayMigrations } from '@varve/migrations';
import { type Database, migrationFile, openMemory, snapshotFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { orderRenames, type Rename, renameStatement } from './rename.ts';
import { renameInSnapshot } from './rename-snapshot.ts';
import type { Workbench } from './workbench.ts';

/**
 * Makes the renames a migration of their own, with a snapshot that has them already, so that drizzle-kit 0.31, which
 * takes no hints, has nothing to ask.
 *
 * @throws RENAME_INVALID
 */
export function writeRenames(
  workbench: Workbench,
  renames: readonly Rename[],
  name: string | undefined,
): string[] {
  const ordered = orderRenames(renames);
  const label = ordered.map(({ table, to }) => (table === undefined ? to : `${table}_${to}`)).join('_and_');
  const called = name ?? `rename_to_${label}`.replace(/\W+/g, '_').slice(0, 60);
  const made = workbench.generate(['--custom', '--name', called]);
  const [migration = ''] = made;
  const snapshotPath = snapshotFile(workbench.migrationsDir, migration);
  let snapshot: unknown = JSON.parse(readFileSync(snapshotPath, 'utf8'));
  for (const rename of ordered) snapshot = renameInSnapshot(snapshot, rename);
  writeFileSync(snapshotPath, JSON.stringify(snapshot, null, 2));
  const sql = ordered.map(renameStatement).join('\n--> statement-breakpoint\n');
  writeFileSync(migrationFile(workbench.migrationsDir, migration), `${sql}\n`);
  return made;
}

/** @throws RENAME_INVALID when the schema, as the migrations make it by now, does not have a new name. */
export function assertRenamesTook(lineage: Lineage, renames: readonly Rename[]): void {
  if (renames.length === 0) return;
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineage);
    for (const rename of renames) assertNewName(sqlite, rename);
  } finally {
    sqlite.close();
  }
}

function assertNewName(sqlite: Database, { table, from, to }: Rename): void {
  const columns = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)')
    .pluck()
    .all(table ?? to);
  if (table === undefined ? columns.length > 0 : columns.includes(to)) return;
  const what = table === undefined ? `table ${to}` : `column ${table}.${to}`;
  throw new VarveError('RENAME_INVALID', `the schema has no ${what}`, {
    hint: 'change the schema first; the new name is that in the database, not that of the property',
    details: { table, from, to },
  });
}
