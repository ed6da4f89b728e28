import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { renderLineageModule } from '@varve/migrations/internal';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { spawnVarve } from '../testing/run-varve.ts';
import { loadLineage } from './load-lineage.ts';

function makeWorkplaceWith(configName: string, source: string) {
  const workplace = makeWorkplace();
  rmSync(join(workplace.dir, 'varve.config.mjs'));
  workplace.addFile('package.json', '{"type":"module"}');
  workplace.addFile(configName, source);
  workplace.addArchive('a.db', 3);
  return workplace;
}

const lineage = `{ name: 'calls', tables: {}, functions: {}, migrations: [] }`;

it.each([
  ['varve.config.ts', `export default { migrations: './drizzle' } as { migrations: string };`],
  ['varve.config.js', `export default { migrations: './drizzle', name: 'calls' };`],
  [
    'varve.config.mjs',
    `import { upper } from './functions.mjs';
    export default { migrations: './drizzle', functions: { upper } };`,
  ],
])('finds the migrations through %s', (name, source) => {
  const { dir, addFile } = makeWorkplaceWith(name, source);
  addFile('functions.mjs', 'export const upper = (text) => String(text).toUpperCase();');
  const { exitCode, stdout, stderr } = spawnVarve(dir, 'status', 'archives', '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ versions: [{ version: 3, migration: '0002_step', count: 1 }] });
});

it('takes a whole lineage from the configuration', () => {
  const { dir } = makeWorkplaceWith('varve.config.ts', `export default { lineage: ${lineage} };`);
  const { exitCode, stderr } = spawnVarve(dir, 'status', 'archives');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^error\[VERSION_/);
});

it('prefers the folder named on the command line', () => {
  const { dir } = makeWorkplaceWith('varve.config.ts', 'throw new Error("never loaded")');
  expect(spawnVarve(dir, 'status', 'archives', '--migrations', 'drizzle')).toMatchObject({ exitCode: 0 });
});

it.each([
  ['misspells a key', 'export default { migration: "./drizzle" };', 'its default export is neither'],
  ['does not parse', 'export default {', 'it cannot be loaded'],
  ['throws', 'throw new Error("no database today")', 'it cannot be loaded: no database today'],
])('says CONFIG_INVALID and exits with 2 when the configuration %s', (_, source, reason) => {
  const { dir } = makeWorkplaceWith('varve.config.ts', source);
  const { exitCode, stdout, stderr } = spawnVarve(dir, 'status', 'archives');
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^error\[CONFIG_INVALID\]: .*varve\.config\.ts: .*\nhint: .*\n$/);
  expect(stderr).toContain(reason);
});

it('says CONFIG_NOT_FOUND and exits with 2 where nothing tells the lineage', () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('a.db', 1);
  const run = spawnVarve(join(dir, 'archives'), 'status', '.');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[CONFIG_NOT_FOUND\]: .*\nhint: .*--migrations.*\n$/);
});

it('says LINEAGE_NOT_FOUND and exits with 2 for a folder without migrations', () => {
  const { dir } = makeWorkplace();
  const run = spawnVarve(dir, 'status', 'archives', '--migrations', 'archives');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[LINEAGE_NOT_FOUND\]/);
});

it('takes from the configuration whether foreign keys act in migrations', async () => {
  const source = `export default { migrations: './drizzle', foreignKeys: 'off' };`;
  const { dir } = makeWorkplaceWith('varve.config.ts', source);
  const lineage = await loadLineage(dir, undefined);
  expect(lineage.foreignKeys).toBe('off');
  const options = { tablesImport: '', defineLineageFrom: '@varve/migrations', exportName: 'lineage' };
  expect(renderLineageModule(lineage, options)).toContain("  foreignKeys: 'off',\n");
});
