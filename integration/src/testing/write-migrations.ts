import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '@varve/migrations';

/** Writes migrations as drizzle-kit 0.31 lays them out: a journal, and a file each. */
export function writeMigrationJournal(dir: string, { migrations }: Lineage): void {
  mkdirSync(join(dir, 'meta'), { recursive: true });
  const entries = migrations.map(({ name, createdAtMs }, idx) => ({
    idx,
    version: '6',
    when: createdAtMs,
    tag: name,
    breakpoints: true,
  }));
  for (const { name, sql } of migrations) writeFileSync(join(dir, `${name}.sql`), sql);
  const journal = { version: '7', dialect: 'sqlite', entries };
  writeFileSync(join(dir, 'meta', '_journal.json'), JSON.stringify(journal));
}

/** Writes migrations as drizzle-kit 1.0 lays them out: a folder each. */
export function writeMigrationFolders(dir: string, { migrations }: Lineage): void {
  for (const { name, sql } of migrations) {
    mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, name, 'migration.sql'), sql);
  }
}
