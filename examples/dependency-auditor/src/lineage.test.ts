import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { lineage, migrationsDir } from './lineage.ts';

const exampleDir = fileURLToPath(new URL('..', import.meta.url));

/** Runs drizzle-kit on a copy of the migrations; returns what it says and which files it leaves. */
function runDrizzleKit(verb: 'check' | 'generate') {
  const dir = mkdtempSync(join(exampleDir, '.drizzle-check-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  cpSync(migrationsDir, join(dir, 'drizzle'), { recursive: true });
  const schema = verb === 'generate' ? ['--schema', join(exampleDir, 'src/schema.ts')] : [];
  const options = [verb, '--dialect', 'sqlite', '--out', 'drizzle', ...schema];
  const command = join(exampleDir, 'node_modules/.bin/drizzle-kit');
  const output = execFileSync(command, options, { cwd: dir, encoding: 'utf8' });
  return { output, files: readdirSync(join(dir, 'drizzle')) };
}

it('is whole in the eyes of drizzle-kit', () => {
  expect(runDrizzleKit('check').output).toContain("Everything's fine");
});

it('makes the schema as it is: drizzle-kit finds nothing to generate', () => {
  const { output, files } = runDrizzleKit('generate');
  expect(output).toContain('No schema changes');
  expect(files).toEqual(readdirSync(migrationsDir));
});

it('has lived: every kind of change that a schema meets in a year', () => {
  const sql = lineage.migrations.map((migration) => migration.sql).join('\n');
  expect(lineage.migrations.length).toBeGreaterThanOrEqual(12);
  expect(sql).toMatch(/ALTER TABLE `packages` ADD `file_count` integer DEFAULT 0 NOT NULL/);
  expect(sql).toMatch(/RENAME COLUMN "model" TO "request_model"/);
  expect(sql).toMatch(/ALTER TABLE `packages` DROP COLUMN `licence`/);
  expect(sql).toMatch(/INSERT INTO licences .*\nSELECT/);
  expect(sql).toMatch(/UPDATE outputs\nSET content = json_object\(/);
  expect(sql).toMatch(/CREATE INDEX `verdicts_verdict_idx`/);
  expect(sql).toMatch(/CONSTRAINT "findings_severity" CHECK/);
});

it('rebuilds parents whose children would go with them', () => {
  const sql = lineage.migrations.map((migration) => migration.sql).join('\n');
  const rebuilt = [...sql.matchAll(/CREATE TABLE `__new_(\w+)`/g)].map(([, table]) => table);
  const parents = [...sql.matchAll(/REFERENCES `(\w+)`\(`\w+`\) ON UPDATE no action ON DELETE cascade/g)];
  const cascading = new Set(parents.map(([, table]) => table));
  expect(rebuilt.filter((table) => cascading.has(table))).toEqual(['packages', 'sessions']);
});
