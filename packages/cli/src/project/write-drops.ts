import { readFileSync, writeFileSync } from 'node:fs';
import { type Lineage, replayMigrations } from '@varve/migrations';
import { type Database, migrationFile, openMemory, quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Drop } from './drop.ts';
import { dropFromSnapshot } from './drop-from-snapshot.ts';

/**
 * Runs `generate` as if what goes were gone already, so that drizzle-kit 0.31, which takes no hints, has nothing to ask.
 * The newest snapshot is as it was afterwards.
 */
export function withoutDropped<T>(snapshotPath: string, drops: readonly Drop[], generate: () => T): T {
  const original = readFileSync(snapshotPath, 'utf8');
  const without = drops.reduce(dropFromSnapshot, JSON.parse(original) as unknown);
  writeFileSync(snapshotPath, JSON.stringify(without));
  try {
    return generate();
  } finally {
    writeFileSync(snapshotPath, original);
  }
}

/**
 * Puts what goes at the end of a migration, the newest of a lineage, where its SQL has not removed it already.
 *
 * @throws RENAME_INVALID for what SQLite cannot drop by itself
 */
export function appendDrops(dir: string, lineage: Lineage, drops: readonly Drop[]): void {
  const path = migrationFile(dir, lineage.migrations.at(-1)?.name ?? '');
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineage);
    const statements = drops.flatMap((drop) => runDrop(sqlite, drop));
    const texts = [readFileSync(path, 'utf8').trimEnd(), ...statements.map((sql) => `${sql};`)];
    writeFileSync(path, `${texts.filter(Boolean).join('\n--> statement-breakpoint\n')}\n`);
  } finally {
    sqlite.close();
  }
}

function runDrop(sqlite: Database, drop: Drop): string[] {
  const statements = dropStatements(sqlite, drop);
  try {
    for (const sql of statements) sqlite.exec(sql);
    return statements;
  } catch (cause) {
    const what = drop.column === undefined ? drop.table : `${drop.table}.${drop.column}`;
    throw new VarveError(
      'RENAME_INVALID',
      `${what} cannot go in one migration with what comes: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'generate what comes first, with the old name still in the schema, and then the removal',
        cause,
      },
    );
  }
}

/** An index goes before the column that it is of. */
function dropStatements(sqlite: Database, { table, column }: Drop): string[] {
  const columns = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)')
    .pluck()
    .all(table);
  if (column === undefined) return columns.length > 0 ? [`DROP TABLE ${quoteIdentifier(table)}`] : [];
  if (!columns.includes(column)) return [];
  const indexes = sqlite
    .prepare<[string, string], string>(
      `SELECT DISTINCT i.name FROM pragma_index_list(?) AS i, pragma_index_info(i.name) AS c
       WHERE i.origin = 'c' AND c.name = ?`,
    )
    .pluck()
    .all(table, column);
  return [
    ...indexes.map((name) => `DROP INDEX ${quoteIdentifier(name)}`),
    `ALTER TABLE ${quoteIdentifier(table)} DROP COLUMN ${quoteIdentifier(column)}`,
  ];
}
