import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOldNode } from './testing/find-old-node.ts';
import {
  installPackedProject,
  type PackedProject,
  workspaceBin,
  workspaceRoot,
} from './testing/packed-project.ts';
import { type DocumentStep, readDocument } from './testing/read-document.ts';
import { runProcess, runToSuccess } from './testing/run-process.ts';

const node = workspaceBin('node');
const oldNode = findOldNode();
let project: PackedProject;

beforeAll(async () => {
  project = await installPackedProject();
}, 300_000);

afterAll(() => {
  if (project) rmSync(project.dir, { recursive: true, force: true });
});

describe('the packed packages', () => {
  it('hold what runs, its types and the licence, and nothing else', async () => {
    expect(project.tarballs.map((path) => basename(path)).sort()).toEqual([
      'varve-0.1.0.tgz',
      'varve-aggregator-0.1.0.tgz',
      'varve-core-0.1.0.tgz',
      'varve-migrations-0.1.0.tgz',
      'varve-schema-0.1.0.tgz',
      'varve-testing-0.1.0.tgz',
    ]);
    for (const tarball of project.tarballs) {
      const files = (await runToSuccess(project.dir, 'tar', 'tf', tarball)).trim().split('\n');
      expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/dist/index.d.ts']));
      const known = /^package\/(package\.json|LICENSE|README\.md|dist\/[\w/-]+(\.d\.ts|\.js))$/;
      expect(files.filter((file) => !known.test(file) || /\.test\.|\/testing\//.test(file))).toEqual([]);
      const manifest = await runToSuccess(project.dir, 'tar', 'xOf', tarball, 'package/package.json');
      expect(manifest).not.toMatch(/workspace:|catalog:|@varve\/source/);
    }
  });

  it('record, seal, read, unify and upgrade on worker threads outside the workspace', async () => {
    const { exitCode, stdout, stderr } = await runProcess(project.dir, node, 'program.ts');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      result: ['a', 'b'],
      calls: [['search', ['a', 'b']]],
      colours: [{ name: 'urgent', colour: 'red' }],
      version: 1,
      strategy: 'lens',
      unified: [['search', ['a', 'b']]],
      upgraded: 1,
      failed: [],
    });
  });

  it('resolve with their types under a strict nodenext compiler', async () => {
    const tsc = workspaceBin('tsc');
    expect(await runProcess(project.dir, tsc, '-p', '.')).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('have declarations of their own without an error, whatever those of their dependencies have', async () => {
    const { stdout } = await runProcess(
      project.dir,
      workspaceBin('tsc'),
      '-p',
      '.',
      '--skipLibCheck',
      'false',
    );
    const ours = stdout.split('\n').filter((line) => /^node_modules\/(@varve|varve)\/|^\w+\.ts/.test(line));
    expect(ours).toEqual([]);
  });

  it('give the varve command, which loads a TypeScript configuration', async () => {
    const main = join('node_modules', 'varve', 'dist', 'main.js');
    const { exitCode, stdout, stderr } = await runProcess(
      project.dir,
      node,
      main,
      'status',
      'archives',
      '--json',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      total: 1,
      versions: [{ version: 2, migration: '0001_labels' }],
    });
  });
});

const documents = [
  'README.md',
  ...[
    'start',
    'own-schema',
    'adopt',
    'schema-changes',
    'lens',
    'query',
    'fleet',
    'file-format',
    'command-line',
  ].map((page) => `docs/${page}.md`),
];

describe.each(documents)('%s', (document) => {
  it('has programs that compile and run as they stand, one after the other', async () => {
    const dir = join(project.dir, basename(document, '.md'));
    const steps = readDocument(join(workspaceRoot, document));
    expect(steps.length).toBeGreaterThan(0);
    mkdirSync(dir);
    cpSync(join(project.dir, 'tsconfig.json'), join(dir, 'tsconfig.json'));
    for (const step of steps) await runStep(dir, step);
    await runToSuccess(dir, workspaceBin('tsc'), '-p', '.');
  }, 180_000);
});

async function runStep(dir: string, step: DocumentStep): Promise<void> {
  if (step.kind === 'command') {
    const varve = [node, join(project.dir, 'node_modules', 'varve', 'dist', 'main.js')] as const;
    const [program, ...args] = step.name === 'varve' ? varve : [workspaceBin('drizzle-kit')];
    await runToSuccess(dir, program as string, ...args, ...step.args);
    return;
  }
  const file = join(dir, step.fileName);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, step.source);
  const vitest = join(project.dir, 'node_modules', 'vitest', 'vitest.mjs');
  const run = file.endsWith('.test.ts') ? [vitest, 'run', '--root', dir] : [step.fileName];
  expect(await runToSuccess(dir, node, ...run)).toContain(step.promisedOutput);
}

describe.skipIf(!oldNode)('on a Node.js older than 22', () => {
  it('the command says what it needs and exits with 2', async () => {
    const main = join('node_modules', 'varve', 'dist', 'main.js');
    const { exitCode, stdout, stderr } = await runProcess(
      project.dir,
      oldNode as string,
      main,
      'status',
      '.',
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^error\[RUNTIME_UNSUPPORTED\]: .*\nhint: .*Node\.js 22.*\n$/);
  });

  it.each(['@varve/migrations', '@varve/core', '@varve/aggregator'])(
    'importing %s is an error, not a crash',
    async (name) => {
      const source = `import('${name}').catch((error) => console.log(error.code, error.message))`;
      const { exitCode, stdout } = await runProcess(project.dir, oldNode as string, '-e', source);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^RUNTIME_UNSUPPORTED .*Node\.js 20/);
    },
  );
});
