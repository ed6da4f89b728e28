import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VarveError } from '@varve/schema';
import { z } from 'zod';
import { findConfig } from '../config/load-config.ts';
import { findDrizzleConfig, loadDrizzleConfig } from './drizzle-config.ts';
import { starterSchema } from './starter-schema.ts';

/** What `varve init` asks for; paths relative to the folder. */
export interface InitAnswers {
  readonly name: string;
  readonly schema: string | readonly string[];
  readonly migrations: string;
  readonly lineageModule: string;
  readonly archives: string;
}

/**
 * The answers that fit a folder: those of its drizzle.config where it has one.
 *
 * @throws USAGE where varve is configured already, CONFIG_INVALID for a drizzle.config of another database
 */
export async function defaultAnswers(dir: string): Promise<InitAnswers> {
  const config = findConfig(dir);
  if (config) {
    throw new VarveError('USAGE', 'varve is configured here already', {
      path: config,
      hint: 'edit it; varve generate goes on from there',
    });
  }
  const drizzleConfig = findDrizzleConfig(dir);
  const adopted = drizzleConfig ? await loadDrizzleConfig(dir, drizzleConfig) : undefined;
  const schema = adopted?.schema ?? './src/schema.ts';
  const home = typeof schema === 'string' && /\.[cm]?[jt]s$/.test(schema) ? dirname(schema) : 'src';
  return {
    name: packageName(dir),
    schema: typeof schema === 'string' ? dotted(schema) : schema.map(dotted),
    migrations: dotted(adopted?.out ?? 'drizzle'),
    lineageModule: dotted(join(home, 'lineage.ts').replaceAll('\\', '/')),
    archives: './archives',
  };
}

const dotted = (path: string): string => (/^\.{0,2}\//.test(path) ? path : `./${path}`);

const manifestSchema = z.looseObject({
  name: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
  devDependencies: z.record(z.string(), z.unknown()).optional(),
});

function readManifest(dir: string): z.infer<typeof manifestSchema> | undefined {
  const path = join(dir, 'package.json');
  return existsSync(path) ? manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}

/** The package's name without its scope; the folder's where there is none. */
function packageName(dir: string): string {
  return readManifest(dir)?.name?.split('/').at(-1) || basename(dir);
}

const runtimePackages = ['@varve/core', '@varve/migrations', '@varve/schema', 'drizzle-orm', 'zod'];
const developmentPackages = ['varve', 'drizzle-kit'];

/** The commands that install what a project still lacks. */
export function installCommands(dir: string): string[] {
  const { dependencies, devDependencies } = readManifest(dir) ?? {};
  const has = (name: string) => name in { ...dependencies, ...devDependencies };
  const commands = [
    ['npm install', ...runtimePackages.filter((name) => !has(name))],
    ['npm install --save-dev', ...developmentPackages.filter((name) => !has(name))],
  ];
  return commands.filter((words) => words.length > 1).map((words) => words.join(' '));
}

/** Writes the configuration, a schema where there is none, and scripts; overwrites nothing. Returns what it wrote. */
export function initProject(dir: string, answers: InitAnswers): string[] {
  const written = ['varve.config.ts'];
  writeFileSync(join(dir, 'varve.config.ts'), renderConfig(answers));
  const { schema } = answers;
  if (typeof schema === 'string' && schema.endsWith('.ts') && !existsSync(join(dir, schema))) {
    mkdirSync(dirname(join(dir, schema)), { recursive: true });
    writeFileSync(join(dir, schema), starterSchema);
    written.push(schema.replace(/^\.\//, ''));
  }
  if (addScripts(dir)) written.push('package.json');
  return written;
}

function renderConfig({ name, schema, migrations, lineageModule, archives }: InitAnswers): string {
  const fields = Object.entries({ name, schema, migrations, lineageModule, archives });
  const lines = fields.map(([field, value]) => `  ${field}: ${renderLiteral(value)},\n`);
  return `import { defineConfig } from 'varve';\n\nexport default defineConfig({\n${lines.join('')}});\n`;
}

function renderLiteral(value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map(renderLiteral).join(', ')}]`;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const scripts = { 'varve:generate': 'varve generate', 'varve:check': 'varve check' };

function addScripts(dir: string): boolean {
  const manifest = readManifest(dir) ?? { name: basename(dir), private: true, type: 'module' };
  const next = { ...manifest, scripts: { ...scripts, ...manifest.scripts } };
  const text = `${JSON.stringify(next, null, 2)}\n`;
  const path = join(dir, 'package.json');
  if (existsSync(path) && JSON.stringify(manifest) === JSON.stringify(next)) return false;
  writeFileSync(path, text);
  return true;
}
