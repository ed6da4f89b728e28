import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { importLogs } from '@varve/import';
import { makeBenchDir } from './bench-files.ts';
import { writeClaudeLog } from './claude-log.ts';
import { compare } from './compare.ts';
import { printFigures, printTitle } from './report.ts';

const megabytes = Number(process.env.VARVE_BENCH_MEGABYTES ?? 100);
const sessions = Number(process.env.VARVE_BENCH_SESSIONS ?? 1000);

/** Transcripts of Claude Code into archives: one long one, many on all cores, and many again of which none has changed. */
export async function run(): Promise<void> {
  await compareOne();
  await compareMany();
  await compareAgain();
}

function parseEach(dir: string): void {
  for (const name of readdirSync(dir)) {
    for (const line of readFileSync(join(dir, name), 'utf8').split('\n')) if (line) JSON.parse(line);
  }
}

async function compareOne(): Promise<void> {
  const dir = makeBenchDir();
  const [logs, into] = [join(dir, 'logs'), join(dir, 'archives')];
  mkdirSync(logs);
  const sizeBytes = statSync(writeClaudeLog(logs, megabytes)).size;
  printTitle(`Import one transcript of ${Math.round(sizeBytes / 1e6)} MB, on one core`);
  const figures = await compare(
    [
      { name: 'JSON.parse each line', run: () => parseEach(logs) },
      { name: 'varve import claude-code', run: () => importLogs('claude-code', logs, { into, jobs: 1 }) },
    ],
    { rounds: 5, warmup: 1, prepare: () => rmSync(into, { recursive: true, force: true }) },
  );
  printFigures(figures);
  const [, imported] = figures;
  if (imported) console.log(`${Math.round(sizeBytes / 1000 / imported.medianMs)} MB/s`);
  rmSync(dir, { recursive: true });
}

async function compareMany(): Promise<void> {
  const dir = makeBenchDir();
  const [logs, into] = [join(dir, 'logs'), join(dir, 'archives')];
  mkdirSync(logs);
  for (let at = 0; at < 40; at++) writeClaudeLog(logs, megabytes / 40);
  printTitle(`Import 40 transcripts of ${megabytes} MB together`);
  printFigures(
    await compare(
      [
        { name: 'varve import --jobs 1', run: () => importLogs('claude-code', logs, { into, jobs: 1 }) },
        { name: 'varve import --jobs 2', run: () => importLogs('claude-code', logs, { into, jobs: 2 }) },
      ],
      { rounds: 3, warmup: 1, prepare: () => rmSync(into, { recursive: true, force: true }) },
    ),
  );
  rmSync(dir, { recursive: true });
}

async function compareAgain(): Promise<void> {
  const dir = makeBenchDir();
  const [logs, into] = [join(dir, 'logs'), join(dir, 'archives')];
  mkdirSync(logs);
  for (let at = 0; at < sessions; at++) writeClaudeLog(logs, 0.01);
  await importLogs('claude-code', logs, { into });
  printTitle(`Import ${sessions} transcripts again, none of them changed`);
  printFigures(
    await compare(
      [
        {
          name: 'walk and stat them',
          run: () => readdirSync(logs).map((name) => statSync(join(logs, name))),
        },
        { name: 'varve import claude-code', run: () => importLogs('claude-code', logs, { into }) },
      ],
      { rounds: 20, warmup: 3 },
    ),
  );
  rmSync(dir, { recursive: true });
}
