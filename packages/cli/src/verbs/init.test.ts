import { readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { expect, it, vi } from 'vitest';
import { makeNotesProject, makeProject, schemaOf } from '../testing/make-project.ts';
import { runVarve } from '../testing/run-varve.ts';

// drizzle-kit is started many times over.
vi.setConfig({ testTimeout: 240_000 });

it('starts in an empty folder: configuration, schema, scripts; generate and check go on from there', async () => {
  const { dir, read, write, list, varve } = makeProject();
  const { exitCode, stdout, stderr } = await varve('init', '--yes');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^wrote varve\.config\.ts\nwrote src\/schema\.ts\nwrote package\.json\nnext: /);
  expect(list('.')).toEqual(['node_modules', 'package.json', 'src', 'varve.config.ts']);
  expect(JSON.parse(read('package.json')).scripts).toEqual({
    'varve:generate': 'varve generate',
    'varve:check': 'varve check',
  });
  write('tsconfig.json', '{ "compilerOptions": { "allowImportingTsExtensions": true, "noEmit": true } }');
  expect(await varve('generate', 'first')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  const { lineage, findings } = await import(`${dir}/src/lineage.ts`);
  expect(lineage.tables.findings).toBe(findings);
  const sqlite = new Database(':memory:');
  expect(replayMigrations(sqlite, lineage)).toEqual({ from: 0, to: 1 });
  sqlite.close();
});

it('adopts a drizzle project as it is: its archives open, and what it merged is not linted', async () => {
  const { dir, read, write, varve } = makeProject({
    'package.json': '{ "name": "@acme/agent-state", "type": "module", "scripts": { "varve:check": "mine" } }',
    'drizzle.config.json': '{ "dialect": "sqlite", "schema": "./db/schema.ts", "out": "./db/migrations" }',
    'db/schema.ts': schemaOf({ notes: ["body: text('body')"] }),
    'db/migrations/meta/_journal.json': JSON.stringify({
      version: '7',
      dialect: 'sqlite',
      entries: [{ idx: 0, version: '6', when: 1_700_000_000_000, tag: '0000_old', breakpoints: true }],
    }),
    'db/migrations/0000_old.sql':
      'CREATE TABLE `notes` (`id` integer PRIMARY KEY NOT NULL, `body` text);\n--> statement-breakpoint\nDELETE FROM notes;\n',
  });
  write('db/migrations/meta/0000_snapshot.json', await notesSnapshot());
  const sqlite = new Database(`${dir}/old.db`);
  migrate(drizzle(sqlite), { migrationsFolder: `${dir}/db/migrations` });
  sqlite.close();
  const schema = read('db/schema.ts');
  const { exitCode, stdout } = await varve('init', '--yes', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    name: 'agent-state',
    schema: './db/schema.ts',
    migrations: './db/migrations',
    lineageModule: './db/lineage.ts',
    archives: './archives',
    written: ['varve.config.ts', 'package.json'],
  });
  expect(read('db/schema.ts')).toBe(schema);
  expect(JSON.parse(read('package.json')).scripts['varve:check']).toBe('mine');
  expect((await varve('show', 'old.db')).stdout).toContain('1 of 1, 0000_old');
  expect(await varve('generate')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('db/migrations/varve.lock')).toMatch(/^0000_old [0-9a-f]{64} adopted$/m);
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readLineage(`${dir}/db/migrations`).migrations).toHaveLength(1);
});

/** The snapshot drizzle-kit made of a table `notes` in another project. */
async function notesSnapshot(): Promise<string> {
  return (await makeNotesProject()).read('drizzle/meta/0000_snapshot.json');
}

it.each([
  { drizzle: 'drizzle-0', has: 'sessionsRelations', lacks: 'standardRelations' },
  { drizzle: 'drizzle-1', has: 'standardRelations', lacks: 'sessionsRelations' },
] as const)('exports the relations that $drizzle has', async ({ drizzle, has, lacks }) => {
  const { read, varve } = makeProject({ 'package.json': '{ "type": "module" }' }, drizzle);
  expect(await varve('init', '--yes')).toMatchObject({ exitCode: 0 });
  expect(read('src/schema.ts')).toContain(`  ${has},\n`);
  expect(read('src/schema.ts')).not.toContain(lacks);
});

it('overwrites no configuration', async () => {
  const { read, varve } = await makeNotesProject();
  const before = read('varve.config.ts');
  const { exitCode, stderr } = await varve('init', '--yes');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[USAGE\]: .*varve\.config\.ts: varve is configured here already\n/);
  expect(read('varve.config.ts')).toBe(before);
});

it('adopts no project of another database, and asks nobody where there is no terminal', async () => {
  const { list, write, varve } = makeProject();
  expect((await varve('init')).stderr).toMatch(
    /^error\[USAGE\]: there is no terminal to ask at\nhint: varve init --yes/,
  );
  write('drizzle.config.json', '{ "dialect": "postgresql", "schema": "./schema.ts" }');
  const { exitCode, stderr } = await varve('init', '--yes');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error[CONFIG_INVALID]');
  expect(stderr).toContain('its dialect is postgresql');
  expect(list('.')).toEqual(['drizzle.config.json', 'node_modules']);
});

it('writes no schema for a glob or for several modules, and leaves package.json in its order', async () => {
  const manifest = `{\n\t"version": "1.0.0",\n\t"scripts": { "b": "x", "a": "y" },\n\t"name": "@acme/globs",\n\t"type": "module"\n}`;
  const { read, list, varve } = makeProject({
    'package.json': manifest,
    'drizzle.config.ts': `export default { dialect: 'turso', schema: 'src/**/*.sql.ts', migrations: { table: 'applied' } };`,
  });
  expect(await varve('init', '--yes')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(list('.')).toEqual(['drizzle.config.ts', 'node_modules', 'package.json', 'varve.config.ts']);
  expect(read('varve.config.ts')).toContain("schema: './src/**/*.sql.ts',");
  expect(read('varve.config.ts')).toContain("ledger: { table: 'applied' },");
  const after = read('package.json');
  expect(Object.keys(JSON.parse(after))).toEqual(['version', 'scripts', 'name', 'type']);
  expect(Object.keys(JSON.parse(after).scripts)).toEqual(['b', 'a', 'varve:generate', 'varve:check']);
  expect(after).toMatch(/^\{\n\t"version"[\s\S]*\}$/);
});

it.each([
  ['another name', { 'drizzle.prod.config.ts': 'export default {};' }, 'a name of its own'],
  [
    'another name in a script',
    { 'package.json': '{ "scripts": { "gen": "drizzle-kit generate --config=db/kit.ts" } }' },
    'db/kit.ts',
  ],
  [
    'an import that is not installed',
    { 'drizzle.config.ts': `import 'not-installed-here'; export default { dialect: 'sqlite' };` },
    'hint: install what it imports',
  ],
])(
  'adopts no drizzle configuration with %s, says what to write, and writes nothing',
  async (_title, files, said) => {
    const { list, varve } = makeProject(files);
    const before = list('.');
    const { exitCode, stderr } = await varve('init', '--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error\[CONFIG_INVALID\]: /);
    expect(stderr).toContain(said);
    expect(list('.')).toEqual(before);
  },
);

const tsconfig = '{ "compilerOptions": { "module": "nodenext" } }';

it.each([
  ['nothing but Node.js runs', '{ "name": "a", "type": "module" }', tsconfig, 'ts'],
  ['node runs a source', '{ "scripts": { "build": "tsc", "start": "node src/main.ts" } }', tsconfig, 'ts'],
  ['tsc builds', '{ "scripts": { "build": "tsc -p ." } }', tsconfig, 'js'],
  ['tsc only checks', '{ "scripts": { "check": "tsc --noEmit" } }', tsconfig, 'ts'],
  ['tsx runs', '{ "devDependencies": { "tsx": "4" } }', tsconfig, 'js'],
  [
    'tsconfig takes .ts',
    '{ "scripts": { "build": "tsc" } }',
    tsconfig.replace(' }', ', "rewriteRelativeImportExtensions": true }'),
    'ts',
  ],
])(
  'chooses the endings of imports where %s, says so, and writes them',
  async (_, manifest, options, ending) => {
    const { read, write, varve } = makeProject({ 'package.json': manifest, 'tsconfig.json': options });
    const { stdout } = await varve('init', '--yes');
    expect(stdout).toMatch(new RegExp(`^note: imports in \\./src/lineage\\.ts end in \\.${ending}: `, 'm'));
    expect(stdout.includes('"rewriteRelativeImportExtensions": true')).toBe(
      ending === 'ts' && !options.includes('rewrite'),
    );
    expect(stdout.includes('"type": "module"')).toBe(!manifest.includes('module'));
    write('src/schema.ts', schemaOf({ notes: [] }));
    if (manifest.includes('tsx') || manifest.includes('node src')) return;
    expect(await varve('generate', 'first')).toMatchObject({ exitCode: 0 });
    expect(read('src/lineage.ts')).toContain(`from './schema.${ending}'`);
  },
);

it('changes nothing in package.json but its scripts', async () => {
  const text =
    '{\r\n    "files": ["dist", "src"],\r\n    "config": { "scripts": {} },\r\n    "type": "module"\r\n}\r\n';
  const { read, varve } = makeProject({ 'package.json': text });
  await varve('init', '--yes');
  const scripts = ['"varve:generate": "varve generate"', '"varve:check": "varve check"'];
  const added = `"type": "module",\r\n    "scripts": {\r\n        ${scripts.join(',\r\n        ')}\r\n    }`;
  expect(read('package.json')).toBe(text.replace('"type": "module"', added));
});

it('writes nothing beside a package.json that cannot be read', async () => {
  const { list, varve } = makeProject({ 'package.json': '{ "name": ' });
  const { exitCode, stderr } = await varve('init', '--yes');
  expect({ exitCode, said: stderr.split(':')[0] }).toEqual({ exitCode: 2, said: 'error[CONFIG_INVALID]' });
  expect(list('.')).toEqual(['node_modules', 'package.json']);
});

it.each([
  ['a folder', "'./src/db'", './src/lineage.ts'],
  ['a glob over all sources', "'./src/**/*.ts'", './lineage.ts'],
  ['several modules', "['./src/db/a.ts', './src/db/b.ts']", './src/db/lineage.ts'],
  ['a path that was computed', "process.cwd() + '/src/db/a.ts'", './src/db/lineage.ts'],
])('adopts a schema that is %s, with the lineage module in nobody’s way', async (_, schema, place) => {
  const { dir, read, varve } = makeProject({
    'package.json': '{ "type": "module" }',
    'drizzle.config.ts': `export default { dialect: 'turso', schema: ${schema}, out: './src/migrations', casing: 'snake_case' };`,
    'src/db/a.ts': schemaOf({ a: ['firstName: text()'] }),
    'src/db/b.ts': schemaOf({ b: ['lastName: text()'] }),
  });
  await varve('init', '--yes');
  expect(read('varve.config.ts')).toContain(`lineageModule: '${place}'`);
  expect(read('varve.config.ts')).not.toContain(dir);
  expect(await varve('generate', 'first')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('src/migrations/0000_first.sql')).toContain('`first_name` text');
  expect(await varve('check')).toMatchObject({ exitCode: 0, stderr: '' });
  const { lineage } = await import(`${dir}/${place}`);
  expect(Object.keys(lineage.tables)).toContain('a');
});

it('leaves a schema, migrations and a lineage of something else what they are', async () => {
  const files = {
    'package.json': '{ "type": "module" }',
    'src/schema.ts':
      "import { pgTable } from 'drizzle-orm/pg-core';\nexport const users = pgTable('users', {});\n",
    'src/lineage.ts': 'export const ancestors = [];\n',
    'drizzle/meta/_journal.json': '{ "version": "7", "dialect": "postgresql", "entries": [] }',
  };
  const { read, varve } = makeProject(files);
  expect((await varve('init', '--yes')).exitCode).toBe(0);
  expect(await varve('generate', 'first')).toMatchObject({ exitCode: 0, stderr: '' });
  const kept = Object.entries(files).filter(([name]) => name !== 'package.json');
  for (const [name, text] of kept) expect(read(name)).toBe(text);
  for (const name of ['src/session-schema.ts', 'lineage.ts', 'drizzle-sessions/varve.lock'])
    expect(read(name)).toBeTruthy();
});

it('says CONFIG_INVALID, and writes nothing, where the lineage module would be a file of somebody’s own', async () => {
  const { read, varve } = makeProject({
    'varve.config.mjs': `export default { schema: './schema.ts', migrations: './drizzle', lineageModule: './schema.ts' };`,
    'schema.ts': schemaOf({ notes: [] }),
  });
  const { exitCode, stderr } = await varve('generate', 'first');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[CONFIG_INVALID\]: .*its lineageModule, \.\/schema\.ts, is not one/);
  expect(read('schema.ts')).toBe(schemaOf({ notes: [] }));
});

const workspace = {
  'package.json': '{ "name": "root", "private": true, "devDependencies": { "zod": "4" } }',
  'pnpm-workspace.yaml': "packages: ['packages/*']\n",
  'pnpm-lock.yaml': '',
  'packages/db/package.json': '{ "name": "@acme/db", "type": "module" }',
  'packages/db/drizzle.config.ts': `export default { dialect: 'sqlite', schema: '../tables/schema.ts', out: './drizzle' };`,
  'packages/tables/package.json': '{ "name": "@acme/tables", "type": "module" }',
  'packages/tables/schema.ts': schemaOf({ notes: ["body: text('body')"] }),
};

it('says at the root of a workspace where to run, and writes nothing', async () => {
  const { list, varve } = makeProject(workspace);
  const before = list('.');
  const { exitCode, stderr } = await varve('init', '--yes');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^error\[USAGE\]: .*this is the root of a workspace; drizzle-kit is configured in packages\/db\nhint: .*cd packages\/db && npx varve init\n$/,
  );
  expect(list('.')).toEqual(before);
});

it('adopts a package of a workspace, whose packages lie at its root and whose schema lies in another', async () => {
  const { dir, read } = makeProject(workspace);
  const home = `${dir}/packages/db`;
  const { stdout } = await runVarve(home, 'init', '--yes');
  expect(read('packages/db/varve.config.ts')).toContain("lineageModule: './src/lineage.ts'");
  expect(stdout).toMatch(/^next: pnpm add @varve\/core @varve\/migrations @varve\/schema drizzle-orm$/m);
  expect(stdout).toMatch(/^next: pnpm varve generate first$/m);
  expect(await runVarve(home, 'generate', 'first')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(read('packages/db/src/lineage.ts')).toContain("from '../../tables/schema.ts'");
  expect(await runVarve(home, 'check')).toMatchObject({ exitCode: 0, stderr: '' });
});
