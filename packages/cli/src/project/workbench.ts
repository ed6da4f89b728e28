import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { VarveError } from '@varve/schema';
import { makeTempDir } from '../make-temp-dir.ts';
import { findDrizzleConfig } from './drizzle-config.ts';
import { type Project, readProjectLineage } from './load-project.ts';
import { runDrizzleKit } from './run-drizzle-kit.ts';

/**
 * A copy of a project's migrations on which drizzle-kit works by the project's own drizzle.config, if it has one. The
 * project's folder stays as it is until `publish`.
 */
export interface Workbench extends Disposable {
  readonly migrationsDir: string;
  /**
   * Runs `drizzle-kit generate` and returns the names of the migrations it made, none where nothing changed.
   *
   * @throws RENAME_UNCLEAR, MIGRATIONS_CONFLICT, DRIZZLE_KIT_FAILED
   */
  generate(args: readonly string[], isInteractive?: boolean): string[];
  /** @throws MIGRATIONS_CONFLICT, DRIZZLE_KIT_FAILED */
  check(): void;
  /** Makes the project's folder what this one is by now. */
  publish(): void;
}

export function openWorkbench(project: Project): Workbench {
  const temp = makeTempDir(project.dir);
  const migrationsDir = join(temp.path, 'migrations');
  mkdirSync(migrationsDir);
  if (existsSync(project.migrationsDir)) cpSync(project.migrationsDir, migrationsDir, { recursive: true });
  const taken = readdirSync(migrationsDir, { recursive: true }).map(String);
  const configPath = relative(project.dir, writeConfig(project, temp.path, migrationsDir));
  const names = () => readProjectLineage(project, migrationsDir).migrations.map(({ name }) => name);
  const run = (verb: string, args: readonly string[], isInteractive = false) =>
    runDrizzleKit(project.dir, [verb, '--config', configPath, ...args], { isInteractive });
  return {
    migrationsDir,
    generate(args, isInteractive = false) {
      const before = new Set(names());
      const output = run('generate', args, isInteractive);
      const made = names().filter((name) => !before.has(name));
      if (made.length === 0 && !isInteractive && !output.includes('No schema changes')) {
        throw failureOf(output, project);
      }
      return made;
    },
    check() {
      const output = run('check', []);
      if (!output.includes("Everything's fine")) throw failureOf(output, project);
    },
    publish: () => replaceFolder(project.migrationsDir, migrationsDir, taken),
    [Symbol.dispose]: () => temp[Symbol.dispose](),
  };
}

/** What is new is there before anything is removed, and nothing is removed that was not taken from there. */
function replaceFolder(target: string, source: string, taken: readonly string[]): void {
  cpSync(source, target, { recursive: true });
  const gone = taken.filter((name) => !existsSync(join(source, name)));
  for (const name of gone) rmSync(join(target, name), { recursive: true, force: true });
}

/** drizzle-kit takes "out" relative to the working directory only. */
function writeConfig(project: Project, dir: string, migrationsDir: string): string {
  const { schemaFiles } = project;
  const toPosix = (path: string) => relative(project.dir, path).replaceAll('\\', '/');
  const out = toPosix(migrationsDir);
  const own = findDrizzleConfig(project.dir);
  const write = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  if (own && !own.endsWith('.json')) {
    const source = `import config from '../${own}';\nexport default { ...config, out: '${out}' };\n`;
    return write('drizzle.config.ts', source);
  }
  const settings = own
    ? (JSON.parse(readFileSync(join(project.dir, own), 'utf8')) as object)
    : { dialect: 'sqlite', schema: schemaFiles.map(toPosix) };
  return write('drizzle.config.json', JSON.stringify({ ...settings, out }));
}

function failureOf(output: string, { dir, migrationsDir }: Project): VarveError {
  if (output.includes('Interactive prompts require')) {
    return new VarveError('RENAME_UNCLEAR', 'the schema lost a name and gained one: is that a rename?', {
      hint: 'if so, --rename table.old=new or --rename-table old=new; else generate the removal first, then the addition',
      path: dir,
    });
  }
  if (/collision|malformed/.test(output)) return migrationsConflict(migrationsDir, [], saidBy(output));
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
  return said.slice(0, 3).join(' ') || 'it said nothing';
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
