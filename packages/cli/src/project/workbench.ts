import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { snapshotFile } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { z } from 'zod';
import { findDrizzleConfig } from './drizzle-config.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { makeTempDir } from './make-temp-dir.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { drizzleKitVersion, runDrizzleKit } from './run-drizzle-kit.ts';
import { unclearRename } from './schema-difference.ts';

/**
 * A copy of a project's migrations on which drizzle-kit works by the project's own drizzle.config, if it has one. The
 * project's folder stays as it is until `publish`.
 */
export interface Workbench extends Disposable {
  readonly migrationsDir: string;
  /** drizzle-kit 1.0 does, and is told of renames by them. */
  readonly takesHints: boolean;
  /**
   * Runs `drizzle-kit generate` and returns the names of the migrations it made, none where nothing changed.
   *
   * @throws RENAME_UNCLEAR, MIGRATIONS_CONFLICT, DRIZZLE_KIT_FAILED
   */
  generate(args: readonly string[], isInteractive?: boolean): string[];
  /** @throws SCHEMA_CHANGED when drizzle-kit would make a migration; MIGRATIONS_CONFLICT, DRIZZLE_KIT_FAILED */
  assertSchemaUnchanged(): void;
  /** The file of the newest migration's snapshot; undefined where there is none. */
  readonly newestSnapshot: () => string | undefined;
  /** What drizzle-kit makes of the schema by itself, without a migration before. @throws DRIZZLE_KIT_FAILED */
  schemaNow(): Snapshot;
  /** Makes the project's folder what this one is by now. */
  publish(): void;
}

export function openWorkbench(project: Project): Workbench {
  const temp = makeTempDir(project.dir);
  const migrationsDir = join(temp.path, 'migrations');
  mkdirSync(migrationsDir);
  if (existsSync(project.migrationsDir)) cpSync(project.migrationsDir, migrationsDir, { recursive: true });
  numberSnapshot(migrationsDir);
  const taken = readdirSync(migrationsDir, { recursive: true }).map(String);
  const configPath = writeConfig(project, temp.path, migrationsDir);
  const namesIn = (dir: string) => readProjectLineage(project, dir).migrations.map(({ name }) => name);
  const names = () => namesIn(migrationsDir);
  const generate: Workbench['generate'] = (args, isInteractive = false) => {
    const before = new Set(names());
    const command = ['generate', '--config', configPath, ...args];
    const output = runDrizzleKit(project.dir, command, { isInteractive });
    const made = names().filter((name) => !before.has(name));
    if (made.length === 0 && !isInteractive && !output.includes('No schema changes')) {
      throw failureOf(output, project);
    }
    return made;
  };
  return {
    migrationsDir,
    takesHints: !/^0\./.test(drizzleKitVersion(project.dir)),
    generate,
    newestSnapshot: () => newestSnapshot(migrationsDir, names()),
    schemaNow: () => {
      const dir = join(temp.path, 'now');
      const output = runDrizzleKit(project.dir, [
        'generate',
        '--config',
        writeConfig(project, temp.path, dir),
      ]);
      const path = newestSnapshot(dir, namesIn(dir));
      const snapshot = path && readSnapshot(path);
      if (!snapshot) throw failureOf(output, project);
      return snapshot;
    },
    assertSchemaUnchanged: () => assertNothingMade(() => generate([])),
    publish: () => replaceFolder(project.migrationsDir, migrationsDir, taken),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  };
}

function newestSnapshot(dir: string, names: readonly string[]): string | undefined {
  const path = names.length > 0 ? snapshotFile(dir, names.at(-1) ?? '') : undefined;
  return path && existsSync(path) ? path : undefined;
}

function assertNothingMade(generate: () => readonly string[]): void {
  try {
    if (generate().length > 0) throw schemaChanged();
  } catch (error) {
    throw error instanceof VarveError && error.code === 'RENAME_UNCLEAR' ? schemaChanged(error) : error;
  }
}

function schemaChanged(cause?: VarveError): VarveError {
  return new VarveError('SCHEMA_CHANGED', 'the schema has changes that no migration makes', {
    hint: `run varve generate NAME${cause ? '; at a rename, with --rename table.old=new, else with --drop table.old' : ''}`,
    cause,
  });
}

/** What is new is there before anything is removed, and nothing is removed that was not taken from there. */
function replaceFolder(target: string, source: string, taken: readonly string[]): void {
  cpSync(source, target, { recursive: true });
  const gone = taken.filter((name) => !existsSync(join(source, name)));
  for (const name of gone) rmSync(join(target, name), { recursive: true, force: true });
}

/**
 * With `migrations.prefix: 'none'` drizzle-kit 0.31 writes its snapshot under a name that it passes over the next time, and
 * then makes all tables anew: it gets the number of the last migration here, and what is made from now on has one.
 */
function numberSnapshot(migrationsDir: string): void {
  const [journal, snapshot] = ['_journal.json', '_snapshot.json'].map((name) =>
    join(migrationsDir, 'meta', name),
  );
  if (!journal || !snapshot || !existsSync(journal) || !existsSync(snapshot)) return;
  const { data } = journalSchema.safeParse(JSON.parse(readFileSync(journal, 'utf8')));
  const last = data?.entries.at(-1);
  if (!last?.tag.startsWith('_')) return;
  cpSync(snapshot, join(migrationsDir, 'meta', `${String(last.idx).padStart(4, '0')}_snapshot.json`));
}

const journalSchema = z.object({ entries: z.array(z.object({ idx: z.number(), tag: z.string() })) });

/** drizzle-kit takes "out" relative to the working directory only, and its own configuration too. */
function writeConfig(project: Project, dir: string, migrationsDir: string): string {
  const { schemaFiles } = project;
  const toPosix = (path: string) => relative(project.dir, path).replaceAll('\\', '/');
  const out = toPosix(migrationsDir);
  const own = findDrizzleConfig(project.dir);
  const path = join(dir, `${basename(migrationsDir)}.config.ts`);
  const named = relative(project.dir, path);
  if (own && !own.endsWith('.json')) {
    const migrations = `...(config.migrations?.prefix === 'none' && { migrations: { ...config.migrations, prefix: 'index' } })`;
    const settings = `{ ...config, out: '${out}', ${migrations} }`;
    writeFileSync(path, `import config from '../${own}';\nexport default ${settings};\n`);
    return named;
  }
  const settings = own
    ? (JSON.parse(readFileSync(join(project.dir, own), 'utf8')) as object)
    : { dialect: 'sqlite', schema: schemaFiles.map(toPosix) };
  writeFileSync(path, `export default ${JSON.stringify({ ...settings, out })};\n`);
  return named;
}

function failureOf(output: string, { dir, migrationsDir }: Project): VarveError {
  if (/Interactive prompts require|missing_hints/.test(output)) {
    return unclearRename([]);
  }
  const misfit = /rename hint's.*/.exec(output)?.[0];
  if (misfit) {
    return new VarveError('RENAME_INVALID', misfit, {
      hint: 'name the old name as the migrations have it',
    });
  }
  if (/collision|malformed|Conflicting migrations/.test(output))
    return migrationsConflict(migrationsDir, [], saidBy(output));
  return new VarveError('DRIZZLE_KIT_FAILED', `drizzle-kit failed: ${saidBy(output)}`, {
    path: dir,
    hint: 'mend what it names; nothing was changed',
    details: { output },
  });
}

/** What drizzle-kit says of an error, without its stack and its greeting. */
function saidBy(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line && !line.startsWith('at ') && !line.startsWith('Reading config'));
  const first = said.findIndex((line) => /\bError\b/.test(line));
  return said.slice(Math.max(first, 0)).slice(0, 3).join(' ') || 'it said nothing';
}

/** Two branches have each added migrations, and the merge is not resolved, or not in the way that works. */
export function migrationsConflict(dir: string, names: readonly string[], reason: string): VarveError {
  const folder = basename(dir);
  return new VarveError('MIGRATIONS_CONFLICT', `two branches both added migrations: ${reason}`, {
    path: dir,
    hint: `rm -r ${folder} && git checkout BRANCH -- ${folder} with the branch you merge into, then varve generate NAME makes your change anew`,
    details: { migrations: names },
  });
}
