import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askStudio } from './testing/ask-studio.ts';
import { documents, onlyOnce } from './testing/documents.ts';
import { findBun } from './testing/find-bun.ts';
import { findOldNode } from './testing/find-old-node.ts';
import { startPackedMcp } from './testing/packed-mcp.ts';
import {
  installPackedProject,
  type PackedProject,
  packPackages,
  workspaceBin,
} from './testing/packed-project.ts';
import { printedByProgram, printedUnderNext } from './testing/printed.ts';
import { readPublicFunctions } from './testing/read-examples.ts';
import { runDocument, runSteps, withoutKit } from './testing/run-document.ts';
import { runProcess, runToSuccess } from './testing/run-process.ts';

const node = workspaceBin('node');
const oldNode = findOldNode();
/** The packages are ESM: `require` as old compilers see it finds none of them. */
const esmCannot: ReadonlySet<string> = new Set(['node10', 'node16-cjs']);

/** What the browser gets of the page. */
const clientFile = /^package\/dist\/client\/[\w/-]+\.(html|css|js|svg|md)$/;

let project: PackedProject;

beforeAll(async () => {
  project = await installPackedProject('drizzle-045', await packPackages());
}, 300_000);

afterAll(() => {
  if (!project) return;
  rmSync(dirname(project.tarballs[0] as string), { recursive: true, force: true });
  rmSync(project.dir, { recursive: true, force: true });
});

describe('the packed packages', () => {
  it('hold what runs, its types and the licence, and nothing else', async () => {
    expect(project.tarballs.map((path) => basename(path)).sort()).toEqual([
      'varve-0.1.0.tgz',
      'varve-aggregator-0.1.0.tgz',
      'varve-ai-sdk-0.1.0.tgz',
      'varve-claude-agent-0.1.0.tgz',
      'varve-core-0.1.0.tgz',
      'varve-import-0.1.0.tgz',
      'varve-langgraph-0.1.0.tgz',
      'varve-migrations-0.1.0.tgz',
      'varve-openai-agents-0.1.0.tgz',
      'varve-otel-0.1.0.tgz',
      'varve-page-0.1.0.tgz',
      'varve-schema-0.1.0.tgz',
      'varve-testing-0.1.0.tgz',
    ]);
    for (const tarball of project.tarballs) {
      const files = (await runToSuccess(project.dir, 'tar', 'tf', tarball)).trim().split('\n');
      expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/dist/index.d.ts']));
      const known =
        /^package\/(package\.json|LICENSE|README\.md|questions\/\w+\.sql|dist\/licences\.txt|dist\/[\w/-]+(\.d\.ts|\.c?js))$/;
      const isShipped = (file: string) => known.test(file) || clientFile.test(file);
      expect(files.filter((file) => !isShipped(file) || /\.test\.|\/testing\//.test(file))).toEqual([]);
      const manifest = await runToSuccess(project.dir, 'tar', 'xOf', tarball, 'package/package.json');
      expect(manifest).not.toMatch(/workspace:|catalog:|@varve\/source/);
    }
  });

  it('are clean for publint, and their types resolve for whoever can import them', async () => {
    for (const tarball of project.tarballs) {
      const bytes = new Uint8Array(readFileSync(tarball));
      const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
      expect(messages, basename(tarball)).toEqual([]);
      const checked = await checkPackage(createPackageFromTarballData(bytes));
      if (!checked.types) throw new Error(`${basename(tarball)} has no types`);
      const problems = checked.problems.filter(
        (problem) => !('resolutionKind' in problem && esmCannot.has(problem.resolutionKind)),
      );
      expect(problems, basename(tarball)).toEqual([]);
    }
  });

  it('record, seal, read, unify and upgrade on worker threads outside the workspace', async () => {
    const { exitCode, stdout, stderr } = await runProcess(project.dir, node, 'program.ts');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(printedByProgram);
  });

  it('do so under Bun, and so does the command', async ({ skip }) => {
    const bun = findBun();
    if (!bun) skip('the package bun has no program for this machine');
    const dir = join(project.dir, 'under-bun');
    mkdirSync(dir);
    for (const name of ['lineage.ts', 'program.ts', 'varve.config.ts'])
      copyFileSync(join(project.dir, name), join(dir, name));
    const { exitCode, stdout, stderr } = await runProcess(dir, bun as string, 'program.ts');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(printedByProgram);
    const main = join('..', 'node_modules', 'varve', 'dist', 'main.js');
    const status = await runProcess(dir, bun as string, '--bun', main, 'status', 'archives', '--json');
    expect(JSON.parse(status.stdout), status.stderr).toMatchObject({ total: 1, versions: [{ version: 3 }] });
    const upgrade = await runProcess(dir, bun as string, '--bun', main, 'upgrade', 'archives', '--json');
    expect(JSON.parse(upgrade.stdout), upgrade.stderr).toMatchObject({ current: 1, failures: 0 });
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
      versions: [{ version: 3, migration: '0001_labels' }],
    });
  });

  it('upgrade by a command that loads no ORM, as one that seals must', async () => {
    const tell = 'resolve(name, context, next) { console.error(name); return next(name, context); }';
    const hooks = `import { registerHooks } from 'node:module'; registerHooks({ ${tell} });`;
    const watch = ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`];
    const main = join('node_modules', 'varve', 'dist', 'main.js');
    const loadedBy = async (verb: string) => {
      const args = [...watch, main, verb, 'nowhere', '--migrations', 'nowhere'];
      const { stderr } = await runProcess(project.dir, node, ...args);
      return stderr.split('\n');
    };
    const [seal, upgrade] = [await loadedBy('seal'), await loadedBy('upgrade')];
    expect([seal, upgrade].map((loaded) => loaded.some((name) => /^drizzle-orm/.test(name)))).toEqual([
      true,
      false,
    ]);
    // Its workers load while the command does.
    const places = [/ready-upgrade/, /run-command/].map((wanted) =>
      upgrade.findIndex((it) => wanted.test(it)),
    );
    expect(places).toEqual([expect.toSatisfy((place: number) => place >= 0), Math.max(...places)]);
    expect(seal.some((name) => /ready-upgrade/.test(name))).toBe(false);
  });

  it('give an agent the Model Context Protocol, whose queries run in a process of their own', async () => {
    const server = startPackedMcp(project.dir, ['./archives']);
    const clientInfo = { name: 'test', version: '1' };
    const sql = 'SELECT count(*) AS calls FROM tool_calls';
    try {
      const begun = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
      expect(await server.ask('initialize', begun)).toMatchObject({
        result: { serverInfo: { name: 'varve' } },
      });
      server.tell('notifications/initialized');
      expect(await server.ask('tools/call', { name: 'query', arguments: { sql } })).toMatchObject({
        result: { content: [{ text: expect.stringContaining('"rows":[[1]]') }] },
      });
    } finally {
      server.stop();
    }
  });

  it('share their modules with a configuration, whose errors the command knows', async () => {
    const dir = join(project.dir, 'failing');
    mkdirSync(dir);
    writeFileSync(
      join(dir, 'varve.config.ts'),
      `import { openArchive } from '@varve/core';
      import { threadLineage } from '@varve/langgraph';
      import { readLineage, standardLineage } from '@varve/migrations';
      import { VarveError } from '@varve/schema';
      const caught: string[] = [];
      try { openArchive('nowhere.db', { lineage: standardLineage }); }
      catch (error) { if (error instanceof VarveError) caught.push(error.code); }
      console.error(caught.join(), threadLineage.name);
      export default { lineage: readLineage('nowhere') };`,
    );
    const main = join('..', 'node_modules', 'varve', 'dist', 'main.js');
    const { exitCode, stderr } = await runProcess(dir, node, main, 'status', '.');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^FILE_NOT_FOUND langgraph-threads\nerror\[LINEAGE_NOT_FOUND\]: /);
  });
});

it('drizzle-kit studio reads an archive as any other database', async () => {
  const [name = ''] = globSync('archives/*.db', { cwd: project.dir });
  copyFileSync(join(project.dir, name), join(project.dir, 'studio.db'));
  const rows = await askStudio(project.dir, './studio.db', 'SELECT tool_name FROM tool_calls');
  expect(rows).toEqual([{ tool_name: 'search' }]);
});

describe('the documents', () => {
  it.concurrent.each(documents)(
    '%s has programs that run, and commands that print what it shows',
    (document) => runDocument(project.dir, document),
    600_000,
  );
});

describe('the docstrings', () => {
  const functions = readPublicFunctions();

  it('of public functions all have an example', () => {
    const without = functions.filter(({ example }) => !example);
    expect(without.map(({ packageName, name }) => `${packageName} ${name}`)).toEqual([]);
  });

  it.concurrent.each(functions)(
    '$packageName $name has an example that runs',
    ({ name, example }) => runSteps(project.dir, join('examples', name), example ? [example] : []),
    120_000,
  );
});

it('the packages, their declarations and every program above compile under a strict nodenext compiler', async () => {
  expect(await compile(project)).toEqual([]);
});

/** What a compiler says, but of other people's declarations. */
async function compile({ dir }: PackedProject): Promise<string[]> {
  const { stdout } = await runProcess(dir, workspaceBin('tsc'), '-p', '.');
  return stdout.split('\n').filter((line) => !/^node_modules\/(?!@?varve\/)|^\s|^$/.test(line));
}

describe('under Drizzle 1.0', () => {
  let next: PackedProject;

  beforeAll(async () => {
    next = await installPackedProject('drizzle-1', project.tarballs);
  }, 300_000);

  afterAll(() => {
    if (next) rmSync(next.dir, { recursive: true, force: true });
  });

  it('the packages record, read, unify and upgrade, with relations of theirs and of a team', async () => {
    const { exitCode, stdout, stderr } = await runProcess(next.dir, node, 'program.ts');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(printedUnderNext);
  });

  it.concurrent.each(documents.filter((path) => !onlyOnce.has(path)))(
    '%s has programs that run, and commands that print what it shows',
    (document) => runDocument(next.dir, document, withoutKit),
    600_000,
  );

  it('the packages, their declarations and every program above compile', async () => {
    expect(await compile(next)).toEqual([]);
  });
});

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
