import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { VarveError } from '@varve/schema';
import { findConfig } from '../config/index.ts';
import { type DrizzleConfig, findDrizzleConfig, loadDrizzleConfig } from './drizzle-config.ts';
import { isOwnModule } from './is-own-module.ts';
import { isWorkspaceRoot, readManifest } from './manifest.ts';

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
 * @throws USAGE where varve is configured already, and at the root of a workspace; CONFIG_INVALID for a drizzle.config
 * of another database, or one that cannot be adopted
 */
export async function defaultAnswers(dir: string): Promise<InitAnswers> {
  const config = findConfig(dir);
  if (config) {
    throw new VarveError('USAGE', 'varve is configured here already', {
      path: config,
      hint: 'edit it; varve generate goes on from there. To begin anew with a schema of your own, remove it first',
    });
  }
  const drizzleConfig = findDrizzleConfig(dir);
  if (drizzleConfig) return adoptedAnswers(dir, await loadDrizzleConfig(dir, drizzleConfig));
  assertNoWorkspaceRoot(dir);
  assertNoOtherConfig(dir);
  const schema = freeSchema(dir);
  return {
    isAdopted: false,
    name: packageName(dir),
    schema,
    migrations: holdsOtherMigrations(dir) ? './drizzle-sessions' : './drizzle',
    lineageModule: modulePlace(dir, [schema]),
    archives: './archives',
  };
}

function adoptedAnswers(dir: string, adopted: DrizzleConfig): InitAnswers {
  const table = adopted.migrations?.table;
  const schema = [adopted.schema ?? './src/schema.ts'].flat().map((path) => dotted(dir, path));
  return {
    isAdopted: true,
    name: packageName(dir),
    schema: schema.length === 1 ? (schema[0] ?? '') : schema,
    migrations: dotted(dir, adopted.out),
    lineageModule: modulePlace(dir, schema),
    archives: './archives',
    ...(table && table !== '__drizzle_migrations' && { ledger: { table } }),
  };
}

/** A configuration is for every machine: a path that drizzle's own has computed is written as it lies from here. */
function dotted(dir: string, path: string): string {
  const from = isAbsolute(path) ? relative(dir, path) : path;
  const posix = from.replaceAll('\\', '/');
  return /^\.{1,2}\//.test(posix) ? posix : `./${posix}`;
}

/** A name that no other module has: a schema of another database, or of something else, stays what it is. */
function freeSchema(dir: string): string {
  const usual = './src/schema.ts';
  const path = join(dir, usual);
  const isForeign = existsSync(path) && !readFileSync(path, 'utf8').includes('sqlite-core');
  return isForeign ? './src/session-schema.ts' : usual;
}

function holdsOtherMigrations(dir: string): boolean {
  const journal = join(dir, 'drizzle', 'meta', '_journal.json');
  return existsSync(journal) && !/"dialect"\s*:\s*"(sqlite|turso)"/.test(readFileSync(journal, 'utf8'));
}

const isModule = (path: string): boolean => /^[^*?{}[\]!]+\.[cm]?[jt]sx?$/.test(path);

/**
 * Where the lineage module may lie: beside the schema, but in no folder of which every module is schema, in this package,
 * and in nobody's place.
 */
function modulePlace(dir: string, schema: readonly string[]): string {
  const [first = ''] = schema;
  const searched = schema.filter((path) => !isModule(path)).map(fixedPart);
  const homes = [...(isModule(first) ? [dirname(first)] : []), './src', '.'].filter(
    (home) => !home.startsWith('..') && searched.every((folder) => !isInside(home, folder)),
  );
  const places = ['lineage.ts', 'varve-lineage.ts'].flatMap((name) =>
    [...homes, './lineage'].map((home) => `./${join(home, name).replaceAll('\\', '/')}`),
  );
  return places.find((place) => isOwnModule(join(dir, place))) ?? './lineage/varve-lineage.ts';
}

/** A glob's folder without a pattern in it. */
function fixedPart(pattern: string): string {
  const parts = pattern.split('/');
  const magic = parts.findIndex((part) => /[*?{}[\]!]/.test(part));
  return parts.slice(0, magic === -1 ? parts.length : magic).join('/') || '.';
}

function isInside(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith('..');
}

/** @throws USAGE at the root of a workspace whose packages have the schemas */
function assertNoWorkspaceRoot(dir: string): void {
  if (!isWorkspaceRoot(dir)) return;
  const exclude = (name: string) => name === 'node_modules';
  const found = globSync(['*/drizzle.config.*', '*/*/drizzle.config.*'], { cwd: dir, exclude });
  const homes = [...new Set(found.map((path) => dirname(path).replaceAll('\\', '/')))].sort();
  const { dependencies, devDependencies } = readManifest(dir) ?? {};
  if (homes.length === 0 && 'drizzle-orm' in { ...dependencies, ...devDependencies }) return;
  const [home = 'packages/NAME'] = homes;
  const has = homes.length > 0 ? `; drizzle-kit is configured in ${homes.join(', ')}` : '';
  throw new VarveError('USAGE', `this is the root of a workspace${has}`, {
    path: dir,
    hint: `configure the package whose schema it is: cd ${home} && npx varve init`,
  });
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

/** The package's name without its scope; the folder's where there is none. */
function packageName(dir: string): string {
  return readManifest(dir)?.name?.split('/').at(-1) || basename(dir);
}
