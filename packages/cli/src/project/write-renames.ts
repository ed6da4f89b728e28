import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrationFile } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { type Rename, renameStatement } from './rename.ts';
import { renameInSnapshot } from './rename-snapshot.ts';
import type { Workbench } from './workbench.ts';

/**
 * Makes the renames a migration of their own, with a snapshot that has them already, so that drizzle-kit has nothing to
 * ask. Tables first, then columns by their tables' new names.
 *
 * @throws RENAME_INVALID
 */
export function writeRenames(workbench: Workbench, renames: readonly Rename[]): string[] {
  const ordered = [...renames].sort((a, b) => Number(a.table !== undefined) - Number(b.table !== undefined));
  const label = ordered.map(({ table, to }) => (table === undefined ? to : `${table}_${to}`)).join('_and_');
  const made = workbench.generate([
    '--custom',
    '--name',
    `rename_to_${label}`.replace(/\W+/g, '_').slice(0, 60),
  ]);
  const [name = ''] = made;
  const snapshotPath = newestSnapshot(workbench.migrationsDir);
  let snapshot: unknown = JSON.parse(readFileSync(snapshotPath, 'utf8'));
  for (const rename of ordered) snapshot = renameInSnapshot(snapshot, rename);
  writeFileSync(snapshotPath, JSON.stringify(snapshot, null, 2));
  const sql = ordered.map(renameStatement).join('\n--> statement-breakpoint\n');
  writeFileSync(migrationFile(workbench.migrationsDir, name), `${sql}\n`);
  return made;
}

/** @throws RENAME_INVALID when the schema, as the newest snapshot has it by now, does not have a new name. */
export function assertRenamesTook(workbench: Workbench, renames: readonly Rename[]): void {
  const snapshot = readFileSync(newestSnapshot(workbench.migrationsDir), 'utf8');
  const { tables } = JSON.parse(snapshot) as { tables: Record<string, { columns: Record<string, unknown> }> };
  for (const { table, from, to } of renames) {
    if (table === undefined ? tables[to] : tables[table]?.columns[to]) continue;
    const what = table === undefined ? `table ${to}` : `column ${table}.${to}`;
    throw new VarveError('RENAME_INVALID', `the schema has no ${what}`, {
      hint: 'change the schema first; the new name is that in the database, not that of the property',
      details: { table, from, to },
    });
  }
}

function newestSnapshot(migrationsDir: string): string {
  const meta = join(migrationsDir, 'meta');
  const names = readdirSync(migrationsDir).includes('meta') ? readdirSync(meta) : [];
  const newest = names
    .filter((name) => /^\d+_snapshot\.json$/.test(name))
    .sort()
    .at(-1);
  if (newest) return join(meta, newest);
  throw new VarveError('RENAME_INVALID', 'renames are written into the snapshots of drizzle-kit 0.31 only', {
    path: migrationsDir,
    hint: "rename at a terminal, where drizzle-kit asks, or by --custom and drizzle-kit's own snapshot",
  });
}
