import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { makeBenchDir, writeArchives } from './bench-files.ts';
import { commandFlags } from './command-flags.ts';
import { benchLineage } from './lens-lineage.ts';
import { printTitle } from './report.ts';
import { type MeasuredSink, renderPaper, renderStorage } from './scale-on-paper.ts';
import type { ScaleAnswer } from './scale-program.ts';
import { type Sink, scaleSinks } from './scale-sinks.ts';

/** How many archives; 4000 for the figures that are quoted. */
const count = Number(process.env.VARVE_BENCH_ARCHIVES ?? 400);
const head = benchLineage.migrations.length;

/** How many archives a second go into each sink, by 1, 2 and 4 workers, and what a fleet takes, reckoned from that. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const archives = join(dir, 'archives');
  writeArchives(archives, 0, count, (at) => (at % head) + 1);
  for (const name of readdirSync(archives)) fill(join(archives, name));
  printTitle(`Put ${count} archives of 100 kB, of ${head} versions, into each sink, by 1, 2 and 4 workers`);
  await using servers = new AsyncDisposableStack();
  const measured: MeasuredSink[] = [];
  for (const sink of await scaleSinks(dir, archives, servers)) {
    const runs = [];
    for (const workers of [1, 2, 4]) runs.push(await measure(sink, archives, workers));
    const [one] = runs;
    const { gets, puts, name } = sink;
    measured.push({ name, gets, puts, cpuMs: one?.cpuMs ?? 0, sizeBytes: one?.sizeBytes ?? 0 });
    const rates = runs.map(({ rate }) => String(Math.round(rate)).padStart(6)).join('');
    const cpu = runs.map(({ cpuMs }) => cpuMs.toFixed(1).padStart(6)).join('');
    const most = Math.max(...runs.map(({ peakBytes }) => peakBytes));
    console.log(
      `  ${name.padEnd(26)} archives/s ${rates}   CPU ms each ${cpu}   most memory ${Math.round(most / 1e6)} MB`,
    );
  }
  printTitle('List a bucket');
  for (const archives of [count * 250, count * 2500]) await printListing(archives);
  printTitle('On paper');
  console.log(renderPaper(measured));
  console.log(`\nThe archives themselves, in the bucket: ${renderStorage()}`);
}

/** By a server that makes up what it lists. */
async function printListing(archives: number): Promise<void> {
  const server = fork(fileURLToPath(new URL('./listing-server.ts', import.meta.url)), [String(archives)]);
  const [port] = await once(server, 'message');
  const env = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` };
  const answer = await work('./list-program.ts', [], env);
  server.disconnect();
  const { durationMs, peakBytes } = answer;
  console.log(
    `  ${archives} archives: ${(durationMs / 1000).toFixed(1)} s, most memory ${Math.round(peakBytes / 1e6)} MB`,
  );
}

/** Texts as long as before, of which no two are the same: as long as they were the engines would keep next to nothing. */
function fill(path: string): void {
  const sqlite = new Database(path);
  for (const table of ['calls', 'events'])
    sqlite.exec(
      `UPDATE ${table} SET payload = json_set(payload, '$.text', hex(randomblob(80)), '$.args.text', hex(randomblob(70)))`,
    );
  sqlite.exec('VACUUM');
  sqlite.close();
}

let runs = 0;

async function measure(sink: Sink, archives: string, workers: number) {
  const place = await sink.open(runs++);
  // The tables are there before the workers race.
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: workers }, (_, at) =>
      work('./scale-program.ts', [sink.kind, place.archives ?? archives, place.into, `${at + 1}/${workers}`]),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const done = answers.reduce((sum, answer) => sum + answer.done, 0);
  if (done !== count) throw new Error(`${sink.name}: only ${done} of ${count} archives`);
  const sizeBytes = (await place.sizeBytes()) / done;
  await place.close();
  return {
    rate: done / seconds,
    cpuMs: answers.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / done,
    peakBytes: Math.max(...answers.map(({ peakBytes }) => peakBytes)),
    sizeBytes,
  };
}

async function work(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ScaleAnswer> {
  const script = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [...commandFlags, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  return JSON.parse(await text(child.stdout)) as ScaleAnswer;
}
