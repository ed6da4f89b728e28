import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { decisions } from '@varve/schema';
import { makeBenchDir } from './bench-files.ts';
import { type Contestant, compare } from './compare.ts';
import { printFigures, printTitle } from './report.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const main = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
const migrations = fileURLToPath(new URL('../../packages/migrations/drizzle', import.meta.url));

/** How long the command takes to start and be done, built as it is published, and what it costs to import core. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const archive = writeArchives(join(dir, 'archives'), 200);
  const common = ['--migrations', migrations];
  const verbs = {
    '--version': ['--version'],
    '--help': ['--help'],
    'status of 200 archives': ['status', 'archives', ...common],
    show: ['show', archive, ...common],
    read: ['read', archive, 'SELECT * FROM decisions', ...common],
    'query of 200 archives': ['query', 'archives', 'SELECT count(*) FROM decisions', ...common],
  };
  const contestants = Object.entries(verbs).map(([name, args]) => contestant(name, dir, [main, ...args]));
  printTitle('Starting varve and being done, against Node.js alone; MB of memory at its peak');
  await measure([contestant('node', dir, ['-e', '0']), ...contestants]);
  printTitle('Importing, against drizzle-orm/better-sqlite3');
  await measure(['drizzle-orm/better-sqlite3', '@varve/core'].map((name) => importer(name, dir)));
}

interface Started extends Contestant {
  readonly peakMb: number;
}

async function measure(contestants: readonly Started[]): Promise<void> {
  const figures = await compare(contestants, { rounds: 15, warmup: 2 });
  printFigures(
    figures.map((figure, at) => ({ ...figure, name: `${figure.name}, ${contestants[at]?.peakMb} MB` })),
  );
}

function importer(name: string, dir: string): Started {
  const script = join(dir, `${name.replaceAll(/\W/g, '-')}.mjs`);
  // Resolved from here, where the packages are.
  writeFileSync(script, `import ${JSON.stringify(import.meta.resolve(name))};\n`);
  return contestant(`import ${name}`, here, [script]);
}

const tellPeak = `data:text/javascript,import{readFileSync}from'node:fs';process.on('exit',()=>console.error(readFileSync('/proc/self/status','utf8')))`;

function contestant(name: string, cwd: string, args: readonly string[]): Started {
  const run = (...flags: string[]) =>
    spawnSync(process.execPath, [...flags, ...args], { cwd, encoding: 'utf8' });
  const { status, stderr } = run('--import', tellPeak);
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(stderr) ?? [];
  return { name, run: () => run(), peakMb: Math.round(Number(kilobytes) / 1024) };
}

function writeArchives(dir: string, count: number): string {
  mkdirSync(dir);
  const session = createSession(join(dir, '..', 'live'), { lineage, session: { agentName: 'bench' } });
  session.record(decisions, { summary: 'start' });
  const first = session.seal(dir);
  for (let at = 1; at < count; at++) copyFileSync(first, join(dir, `${at}.db`));
  return join(dir, readdirSync(dir)[0] ?? '');
}
