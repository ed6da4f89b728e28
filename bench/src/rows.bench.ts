import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { upgradeArchive } from '@varve/core';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { writeDrizzleFolder } from '../../packages/migrations/src/testing/write-drizzle-folder.ts';
import { makeBenchDir, writeBenchArchive } from './bench-files.ts';
import { benchLineage } from './lens-lineage.ts';
import { printTitle } from './report.ts';

const tables = ['runs', 'calls', 'events'] as const;

/** What is left of each table's rows when two migrations rebuild the parent of a reference with ON DELETE CASCADE. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const paths = ['before', 'drizzle', 'varve'].map((name) => join(dir, `${name}.db`));
  const [before = '', byDrizzle = '', byVarve = ''] = paths;
  writeBenchArchive(before, 1, 100_000);
  copyFileSync(before, byDrizzle);
  copyFileSync(before, byVarve);
  const sqlite = new Database(byDrizzle);
  migrate(drizzle(sqlite), { migrationsFolder: writeDrizzleFolder(join(dir, 'drizzle'), benchLineage) });
  sqlite.close();
  await upgradeArchive(byVarve, { lineage: benchLineage, acceptLoss: true, verify: 'full' });
  printTitle(`Rows of an archive of version 1 after its ${benchLineage.migrations.length - 1} migrations`);
  const counts = paths.map(countRows);
  console.log(
    '  | table  | before | Drizzle migrate() | varve upgrade |\n  | ------ | -----: | ----------------: | ------------: |',
  );
  for (const [at, table] of tables.entries()) {
    const [was, drizzled, upgraded] = counts.map((count) => String(count[at]));
    console.log(
      `  | ${table.padEnd(6)} | ${was?.padStart(6)} | ${drizzled?.padStart(17)} | ${upgraded?.padStart(13)} |`,
    );
  }
}

function countRows(path: string): number[] {
  const sqlite = new Database(path, { readonly: true });
  try {
    return tables.map(
      (table) => sqlite.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0,
    );
  } finally {
    sqlite.close();
  }
}
