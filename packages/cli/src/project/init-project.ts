import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VarveError } from '@varve/schema';
import { getTsconfig } from 'get-tsconfig';
import { z } from 'zod';
import { findConfig } from '../config/index.ts';
import { findDrizzleConfig, loadDrizzleConfig } from './drizzle-config.ts';
import { starterSchema } from './starter-schema.ts';

/** What `varve init` asks for; paths relative to the folder. */
export interface InitAnswers {
  /** Whether the schema is a project's own, and no example of ours. */
  readonly isAdopted: boolean;
  readonly name: string;
  readonly schema: string | readonly string[];
  readonly migrations: string;
  readonly lineageModule: string;
  readonly archives: string;
  /** The table that drizzle-kit is told to keep applied migrations in, where it is not its own. */
  readonly ledger?: { readonly table: string };
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
  if (!drizzleConfig) assertNoOtherConfig(dir);
  const adopted = drizzleConfig ? await loadDrizzleConfig(dir, drizzleConfig) : undefined;
  const table = adopted?.migrations?.table;
  const schema = adopted?.schema ?? './src/schema.ts';
  const home = typeof schema === 'string' && /\.[cm]?[jt]s$/.test(schema) ? dirname(schema) : 'src';
  return {
    isAdopted: adopted !== undefined,
    name: packageName(dir),
    schema: typeof schema === 'string' ? dotted(schema) : schema.map(dotted),
    migrations: dotted(adopted?.out ?? 'drizzle'),
    lineageModule: dotted(join(home, 'lineage.ts').replaceAll('\\', '/')),
    archives: './archives',
    ...(table && table !== '__drizzle_migrations' && { ledger: { table } }),
  };
}

/** @throws CONFIG_INVALID for a drizzle configuration that drizzle-kit finds by `--config` only */
function assertNoOtherConfig(dir: string): void {
  const scripts = Object.values(readManifest(dir)?.scripts ?? {}).join('\n');
  const [, named] = /drizzle-kit[^\n]*--config[= ]["']?([^\s"']+)/.exec(scripts) ?? [];
  const other = named ?? readdirSync(dir).find((name) => /^\.?drizzle.*\.[cm]?(ts|js|json)$/.test(name));
  if (other === undefined) return;
  throw new VarveError('CONFIG_INVALID', "drizzle-kit's configuration has a name of its own", {
    path: join(dir, other),
    hint: 'name it drizzle.config.ts, or write varve.config.ts: export default { schema, migrations, lineageModule }',
  });
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
  const { schema, isAdopted } = answers;
  const isOne = typeof schema === 'string' && /^[^*?{}[\]!]+\.[cm]?ts$/.test(schema);
  if (!isAdopted && isOne && !existsSync(join(dir, schema))) {
    mkdirSync(dirname(join(dir, schema)), { recursive: true });
    writeFileSync(join(dir, schema), starterSchema);
    written.push(schema.replace(/^\.\//, ''));
  }
  if (addScripts(dir)) written.push('package.json');
  return written;
}

function renderConfig({ isAdopted: _, ledger, ...answers }: InitAnswers): string {
  const { name, schema, migrations, lineageModule, archives } = answers;
  const fields = Object.entries({ name, schema, migrations, lineageModule, archives });
  const lines = fields.map(([field, value]) => `  ${field}: ${renderLiteral(value)},\n`);
  return `import { defineConfig } from 'varve';\n\nexport default defineConfig({\n${lines.join('')}${ledger ? `  ledger: { table: ${renderLiteral(ledger.table)} },\n` : ''}});\n`;
}

function renderLiteral(value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map(renderLiteral).join(', ')}]`;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const scripts = { 'varve:generate': 'varve generate', 'varve:check': 'varve check' };

/** Everything else in the file stays as it is written: the order of its keys, its indentation, its last line. */
function addScripts(dir: string): boolean {
  const path = join(dir, 'package.json');
  const text = existsSync(path)
    ? readFileSync(path, 'utf8')
    : `${JSON.stringify({ name: basename(dir), private: true, type: 'module' }, null, 2)}\n`;
  const manifest: { readonly scripts?: Readonly<Record<string, string>> } = JSON.parse(text);
  const missing = Object.entries(scripts).filter(([name]) => manifest.scripts?.[name] === undefined);
  if (missing.length === 0) return false;
  const next = { ...manifest, scripts: { ...manifest.scripts, ...Object.fromEntries(missing) } };
  const [, indent = '  '] = /^\{\r?\n([ \t]+)/.exec(text) ?? [];
  const end = /\r?\n$/.exec(text)?.[0] ?? '';
  const rendered = JSON.stringify(next, null, indent) + end;
  writeFileSync(path, text.includes('\r\n') ? rendered.replaceAll(/\r?\n/g, '\r\n') : rendered);
  return true;
}

/** What a person has to do so that Node.js runs what is written; empty where it does already. */
export function moduleNotes(dir: string): string[] {
  const type = (JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { type?: string }).type;
  const options = getTsconfig(dir)?.config.compilerOptions;
  const takesTs = !options || options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions;
  return [
    ...(type === 'module' ? [] : ['add "type": "module" to package.json: what is written is ESM']),
    ...(takesTs
      ? []
      : [
          'varve generate writes imports that end in .js, for what tsc makes; to run the sources with node, set "rewriteRelativeImportExtensions": true in tsconfig.json',
        ]),
  ];
}
