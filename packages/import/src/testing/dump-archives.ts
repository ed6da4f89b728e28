import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';

const tables = [
  ...['sessions', 'messages', 'model_calls', 'tool_calls', 'intermediate_results', 'outputs', 'sources'],
] as const;
export type DumpedTable = (typeof tables)[number];
export type Dump = Readonly<Record<DumpedTable, readonly Readonly<Record<string, unknown>>[]>>;

/** Every row of every archive in a folder, by the name of the archive. */
export function dumpArchives(dir: string): Record<string, Dump> {
  const names = readdirSync(dir).filter((name) => name.endsWith('.db'));
  return Object.fromEntries(names.sort().map((name) => [name.slice(0, -3), dumpArchive(join(dir, name))]));
}

export function dumpArchive(path: string): Dump {
  using archive = openArchive(path, { lineage });
  const read = (table: string) => archive.sqlite.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all();
  const rows = tables.map((table) => [table, read(table)]);
  return Object.fromEntries(rows) as Dump;
}

/** All rows of one table of all archives. */
export function rowsOf(
  dumps: Record<string, Dump>,
  table: DumpedTable,
): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(dumps).flatMap((dump) => dump[table]);
}

/** A log as text, a line a record. */
export function jsonLines(...records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
