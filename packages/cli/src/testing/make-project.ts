import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { runVarve, type VarveRun } from './run-varve.ts';

const packageDir = fileURLToPath(new URL('../..', import.meta.url));

/** A folder outside the workspace that finds varve, drizzle-orm and drizzle-kit as if it had installed them. */
export interface TestProject {
  readonly dir: string;
  write(name: string, text: string): void;
  read(name: string): string;
  /** The names in a folder, sorted, without the hidden ones. */
  list(name: string): string[];
  varve(...args: string[]): Promise<VarveRun>;
  git(...args: string[]): string;
}

export function makeProject(
  files: Readonly<Record<string, string>> = {},
  drizzle: 'drizzle-0' | 'drizzle-1' = 'drizzle-0',
): TestProject {
  const dir = mkdtempSync(join(tmpdir(), 'varve-project-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  linkPackages(join(dir, 'node_modules'));
  if (drizzle === 'drizzle-1') linkDrizzle1(join(dir, 'node_modules'));
  const project: TestProject = {
    dir,
    write(name, text) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    },
    read: (name) => readFileSync(join(dir, name), 'utf8'),
    list: (name) =>
      readdirSync(join(dir, name))
        .filter((it) => !it.startsWith('.'))
        .sort(),
    varve: (...args) => runVarve(dir, ...args),
    git: (...args) =>
      execFileSync('git', [...author, ...args], { cwd: dir, encoding: 'utf8', stdio: 'pipe' }),
  };
  for (const [name, text] of Object.entries(files)) project.write(name, text);
  return project;
}

const author = [
  '-c',
  'user.name=test',
  '-c',
  'user.email=test@example.invalid',
  '-c',
  'commit.gpgsign=false',
];

function linkPackages(target: string): void {
  mkdirSync(join(target, '@varve'), { recursive: true });
  const source = join(packageDir, 'node_modules');
  const names = readdirSync(source).filter((name) => !name.startsWith('@') && !name.startsWith('.'));
  const scoped = readdirSync(join(source, '@varve')).map((name) => `@varve/${name}`);
  for (const name of [...names, ...scoped]) symlinkSync(join(source, name), join(target, name));
  symlinkSync(packageDir, join(target, 'varve'));
}

function linkDrizzle1(target: string): void {
  const source = join(packageDir, 'src', 'testing', 'drizzle-1', 'node_modules');
  for (const name of ['drizzle-kit', 'drizzle-orm']) {
    rmSync(join(target, name));
    symlinkSync(join(source, name), join(target, name));
  }
}

const config = `import { defineConfig } from 'varve';
export default defineConfig({ name: 'notes', schema: './schema.ts', migrations: './drizzle', lineageModule: './lineage.ts' });
`;

/** A schema of one table, or more, by its columns as Drizzle writes them. */
export function schemaOf(tables: Readonly<Record<string, readonly string[]>>): string {
  const bodies = Object.entries(tables).map(
    ([name, columns]) =>
      `export const ${name} = sqliteTable('${name}', { id: integer('id').primaryKey(), ${columns.join(', ')} });\n`,
  );
  return `import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';\n${bodies.join('')}`;
}

let template: Promise<string> | undefined;

/** A project with a configuration, a table `notes` with a text `body`, and the first migration generated. */
export async function makeNotesProject(): Promise<TestProject> {
  template ??= generateNotesProject();
  const project = makeProject();
  cpSync(await template, project.dir, { recursive: true });
  return project;
}

/** drizzle-kit takes its seconds: it runs once for all tests of a file. */
async function generateNotesProject(): Promise<string> {
  const { dir, varve } = makeProject({
    'package.json': '{ "type": "module", "private": true }\n',
    'varve.config.ts': config,
    'schema.ts': schemaOf({ notes: ["body: text('body')"] }),
    '.gitignore': 'node_modules\n',
  });
  const { exitCode, stderr } = await varve('generate', 'first');
  if (exitCode !== 0) throw new Error(stderr);
  const kept = mkdtempSync(join(tmpdir(), 'varve-template-'));
  process.once('exit', () => rmSync(kept, { recursive: true, force: true }));
  rmSync(join(dir, 'node_modules'), { recursive: true });
  cpSync(dir, kept, { recursive: true });
  return kept;
}
