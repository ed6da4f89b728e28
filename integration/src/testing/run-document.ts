import { cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { workspaceBin, workspaceRoot } from './packed-project.ts';
import { type DocumentStep, readDocument } from './read-document.ts';
import { runProcess, runToSuccess } from './run-process.ts';

const node = workspaceBin('node');

/** Does what a document says, in a folder of its own below the one where the packed packages are installed. */
export async function runDocument(
  projectDir: string,
  document: string,
  clean: Clean = withoutChance,
): Promise<void> {
  const steps = readDocument(join(workspaceRoot, document));
  expect(steps.length).toBeGreaterThan(0);
  await runSteps(projectDir, basename(document, '.md'), steps, clean);
}

/** Leaves out of an output what may differ from what a document shows. */
type Clean = (output: string) => string;

/** Does steps in a folder below the one where the packed packages are installed. */
export async function runSteps(
  projectDir: string,
  folder: string,
  steps: readonly DocumentStep[],
  clean: Clean = withoutChance,
): Promise<void> {
  const dir = join(projectDir, folder);
  mkdirSync(dir, { recursive: true });
  cpSync(join(projectDir, 'tsconfig.json'), join(dir, 'tsconfig.json'));
  const bin = (name: string) => join(projectDir, 'node_modules', name);
  for (const step of steps) {
    if (step.kind === 'command') await runCommand(dir, bin, step, clean);
    else await runFile(dir, bin, step);
  }
}

type Step<TKind extends DocumentStep['kind']> = Extract<DocumentStep, { readonly kind: TKind }>;
type Bin = (name: string) => string;

/** A command that the document shows with its output prints just this, and may fail if it shows an error. */
async function runCommand(dir: string, bin: Bin, step: Step<'command'>, clean: Clean): Promise<void> {
  const main = {
    varve: bin('varve/dist/main.js'),
    'drizzle-kit': bin('drizzle-kit/bin.cjs'),
    tsc: bin('typescript/bin/tsc'),
  }[step.name];
  const { exitCode, stdout, stderr } = await runProcess(dir, node, main, ...step.args);
  const title = `${step.name} ${step.args.join(' ')}`;
  if (step.promisedOutput === undefined) {
    expect({ exitCode, stderr }, title).toMatchObject({ exitCode: 0 });
    return;
  }
  const printed = clean((stdout + stderr).replaceAll(`${dir}/`, ''));
  expect(printed, title).toMatch(promisedPattern(clean(step.promisedOutput)));
  expect(exitCode === 0, title).toBe(!step.promisedOutput.includes('error['));
}

/** Ids, hashes, sizes and times differ each time; and a reader's empty folder has no tsconfig.json above it. */
function withoutChance(output: string): string {
  return output
    .replace(/^note: imports in .*\n/m, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/ (?:[0-9a-f]{64}\b|[0-9a-f]{4}…)/g, ' HASH')
    .replace(/\b[\d.]+ (byte|kB|MB|s|ms)\b/g, 'N $1')
    .replace(/[ \t]+/g, ' ')
    .replace(/ $/gm, '');
}

/** drizzle-kit 1.0 names migrations in its own way, and writes other SQL. */
export function withoutKit(output: string): string {
  return withoutChance(output)
    .replace(/\bdrizzle\/\d{14}_(\w+)\/migration\.sql/g, 'drizzle/NNNN_$1.sql')
    .replace(/\b(?:\d{14}|\d{4})_(?=[a-z])/g, 'NNNN_')
    .replace(/^ (?!hint).*\n/gm, '');
}

/** What a document leaves out, it marks: lines by a line of their own, the rest of a word behind its beginning. */
function promisedPattern(promised: string): RegExp {
  const parts = promised.split(/(^ …\n|…)/m);
  const pattern = parts.map((part) => {
    if (part === ' …\n') return '(?:.*\\n)*?';
    return part === '…' ? '\\S*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${pattern.join('')}$`);
}

async function runFile(dir: string, bin: Bin, step: Step<'file'>): Promise<void> {
  const file = migrationFile(dir, step.fileName) ?? join(dir, step.fileName);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, step.source);
  if (!file.endsWith('.ts')) return;
  const run = file.endsWith('.test.ts') ? [bin('vitest/vitest.mjs'), 'run', '--root', dir] : [step.fileName];
  expect(await runToSuccess(dir, node, ...run)).toContain(step.promisedOutput);
}

/** Where drizzle-kit 1.0 has put what the document calls `drizzle/0004_name.sql`. */
function migrationFile(dir: string, fileName: string): string | undefined {
  const [, name] = /^drizzle\/\d{4}_(\w+)\.sql$/.exec(fileName) ?? [];
  const [found] = name === undefined ? [] : globSync(`drizzle/*_${name}/migration.sql`, { cwd: dir });
  return found && join(dir, found);
}
