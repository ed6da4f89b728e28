import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { workspaceBin, workspaceRoot } from './packed-project.ts';
import { type DocumentStep, readDocument } from './read-document.ts';
import { runProcess, runToSuccess } from './run-process.ts';

const node = workspaceBin('node');

/** Does what a document says, in a folder of its own below the one where the packed packages are installed. */
export async function runDocument(projectDir: string, document: string): Promise<void> {
  const steps = readDocument(join(workspaceRoot, document));
  expect(steps.length).toBeGreaterThan(0);
  await runSteps(projectDir, basename(document, '.md'), steps);
}

/** Does steps in a folder below the one where the packed packages are installed. */
export async function runSteps(
  projectDir: string,
  folder: string,
  steps: readonly DocumentStep[],
): Promise<void> {
  const dir = join(projectDir, folder);
  mkdirSync(dir, { recursive: true });
  cpSync(join(projectDir, 'tsconfig.json'), join(dir, 'tsconfig.json'));
  const bin = (name: string) => join(projectDir, 'node_modules', name);
  for (const step of steps) {
    if (step.kind === 'command') await runCommand(dir, bin, step);
    else await runFile(dir, bin, step);
  }
}

type Step<TKind extends DocumentStep['kind']> = Extract<DocumentStep, { readonly kind: TKind }>;
type Bin = (name: string) => string;

/** A command that the document shows with its output prints just this, and may fail if it shows an error. */
async function runCommand(dir: string, bin: Bin, step: Step<'command'>): Promise<void> {
  const main = step.name === 'varve' ? bin('varve/dist/main.js') : bin('drizzle-kit/bin.cjs');
  const { exitCode, stdout, stderr } = await runProcess(dir, node, main, ...step.args);
  const title = `varve ${step.args.join(' ')}`;
  if (step.promisedOutput === undefined) {
    expect({ exitCode, stderr }, title).toMatchObject({ exitCode: 0 });
    return;
  }
  expect(withoutChance(stdout + stderr, dir), title).toBe(withoutChance(step.promisedOutput, dir));
  expect(exitCode === 0, title).toBe(!step.promisedOutput.includes('error['));
}

/** Ids, sizes and times differ each time. */
function withoutChance(output: string, dir: string): string {
  return output
    .replaceAll(`${dir}/`, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/\b[\d.]+ (byte|kB|MB|s|ms)\b/g, 'N $1')
    .replace(/[ \t]+/g, ' ')
    .replace(/ $/gm, '');
}

async function runFile(dir: string, bin: Bin, step: Step<'file'>): Promise<void> {
  const file = join(dir, step.fileName);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, step.source);
  if (file.endsWith('.sql')) return;
  const run = file.endsWith('.test.ts') ? [bin('vitest/vitest.mjs'), 'run', '--root', dir] : [step.fileName];
  expect(await runToSuccess(dir, node, ...run)).toContain(step.promisedOutput);
}
