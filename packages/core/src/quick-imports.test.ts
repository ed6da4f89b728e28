import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Loads Drizzle twice over, by two of its doors, and tells whether they lead to the same modules. */
const program = `
  const { Table } = await import('drizzle-orm');
  const { sqliteTable, integer } = await import('drizzle-orm/sqlite-core');
  await import('drizzle-orm/better-sqlite3');
  const isSame = sqliteTable('t', { id: integer() }) instanceof Table;
  console.log(JSON.stringify({ isSame, megabytes: process.memoryUsage.rss() / 1e6 }));
`;

function load(...flags: string[]): { isSame: boolean; megabytes: number } {
  const args = [...flags, '--input-type=module', '--eval', program];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }));
}

it('loads the same modules of Drizzle in half the memory', () => {
  const plain = load();
  const quick = load('--import', new URL('./quick-imports.ts', import.meta.url).href);
  expect([plain.isSame, quick.isSame]).toEqual([true, true]);
  expect(quick.megabytes).toBeLessThan(plain.megabytes / 2);
});
