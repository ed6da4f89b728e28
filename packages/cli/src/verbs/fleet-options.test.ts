import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '@varve/schema';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { testEngines } from '../../../aggregator/src/testing/test-engines.ts';
import { createProgram } from '../program/create-program.ts';
import { makeWorkplace, type Workplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';
import { verbs } from './registry.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Verbs that take archives, and none of these options, each for a reason of its own. */
const others: Readonly<Record<string, string>> = {
  show: 'one file',
  read: 'one file',
  search: 'one view',
  serve: 'shows what fails, and does not end',
  mcp: 'answers what it is asked, and does not end',
  import: 'reads logs, of which several may make one archive',
  ungenerate: 'goes by all files, and not by a part of them',
  squash: 'goes by all files, and not by a part of them',
};

const engines = testEngines();
beforeAll(async () => {
  if (engines.postgres.isThere) await engines.start();
});
afterAll(() => engines.stop());

/** What to call each verb that walks with, over the folder `archives`; `into` is a name that nobody else has. */
const calls: Readonly<Record<string, (into: string) => readonly (readonly string[])[]>> = {
  status: () => [['archives']],
  query: () => [['archives', 'SELECT count(*) FROM calls']],
  unify: (into) => [['archives', '--into', `${into}.db`]],
  // Of another lineage: all of them fail, and are taken down.
  ask: () => [['tools', 'archives', '--migrations', 'standard']],
  export: (into) => [
    ['archives', '--into', into],
    ['archives', '--into', `${into}-otlp`, '--format', 'otlp'],
  ],
  upgrade: () => [['archives', '--accept-loss', '--jobs', '1']],
  seal: () => [['archives']],
  restore: (into) => [['archives', '--into', into]],
  push: (into) => [['archives', into, '--keep']],
  manifest: (into) => [
    ['archives', '--into', `${into}.db`],
    ['archives', '--into', `${into}.parquet`],
  ],
  load: () => (engines.postgres.isThere ? [['archives', '--apply-ddl']] : []),
};

const lineSchema = z.looseObject({
  path: z.string().min(1),
  state: z.string().regex(/^[a-z]+$/),
  problem: z
    .strictObject({
      path: z.string(),
      code: z.string().refine((code) => Object.hasOwn(errorCodes, code)),
      message: z.string().min(1),
      hint: z.string().min(1),
    })
    .optional(),
});
type Line = z.infer<typeof lineSchema>;

function readReport(dir: string, name: string): Line[] {
  const text = readFileSync(join(dir, name), 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/** Five sound archives, and two that are none. */
function makeFleet(): Workplace {
  const place = makeWorkplace();
  for (const at of [0, 1, 2, 3, 4]) place.addArchive(`${at}.db`, 1 + (at % 3), 'grep');
  for (const name of ['bad', 'worse']) place.addFile(`archives/${name}.db`, 'no database');
  return place;
}

const program = await createProgram(() => true);
const walking = verbs.filter(
  ({ name, usage }) => /archives|backups|view|file>|paths/.test(usage) && !(name in others),
);

it('has one set of options for every verb that walks', () => {
  expect(walking.map(({ name }) => name)).toEqual(Object.keys(calls));
  for (const { name } of walking) {
    const longs = program.commands
      .find((command) => command.name() === name)
      ?.options.map(({ long }) => long);
    expect({ name, longs }).toEqual({
      name,
      longs: expect.arrayContaining(['--shard', '--sample', '--max-failures', '--report']),
    });
  }
});

const cases = Object.entries(calls).flatMap(([verb, list]) =>
  list('').map((args, at) => [verb, at, args.slice(1).join(' ')] as const),
);

describe.each(cases)('varve %s (%i) %s', (verb, at) => {
  async function run(place: Workplace, into: string, ...options: string[]) {
    const args = calls[verb]?.(into)[at] ?? [];
    const to = verb === 'load' ? ['--to', await engines.postgres.create()] : [];
    return runVarve(place.dir, verb, ...args, ...to, '--report', `${into}.jsonl`, ...options);
  }

  it('takes down each archive once, by parts as well, and exits with 1 for what failed', async () => {
    const names = (lines: readonly Line[]) => lines.map(({ path }) => path.split('/').at(-1)).sort();
    const all = readdirSync(join(makeFleet().dir, 'archives')).sort();
    const place = makeFleet();
    const { exitCode, stderr } = await run(place, 'whole');
    expect(exitCode, stderr).toBe(1);
    const lines = readReport(place.dir, 'whole.jsonl');
    expect(names(lines)).toEqual(all);
    const failed = lines.filter(({ state }) => state === 'failed');
    expect(failed).toEqual(lines.filter(({ problem }) => problem));
    expect(names(failed)).toEqual(expect.arrayContaining(['bad.db', 'worse.db']));
    const other = makeFleet();
    for (const part of ['1', '2']) await run(other, `part${part}`, '--shard', `${part}/2`);
    const parts = ['1', '2'].map((part) => readReport(other.dir, `part${part}.jsonl`));
    expect(names(parts.flat())).toEqual(all);
    expect(parts.every(({ length }) => length > 0)).toBe(true);
  });

  it('stops with FAILURES_EXCEEDED when more fail than may, and not before', async () => {
    const place = makeFleet();
    const stopped = await run(place, 'stopped', '--max-failures', '0');
    expect(stopped).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('[FAILURES_EXCEEDED]') });
    expect(readReport(place.dir, 'stopped.jsonl').some(({ state }) => state === 'failed')).toBe(true);
    const enough = await run(makeFleet(), 'enough', '--max-failures', '7');
    expect(enough.stderr).not.toContain('[FAILURES_EXCEEDED]');
  });

  it('says before the work that a report cannot be written', async () => {
    const place = makeFleet();
    const before = readdirSync(place.dir).sort();
    const { exitCode, stderr } = await run(place, 'no/such');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^error\[USAGE\]: .*report/m)]);
    expect(readdirSync(place.dir).sort()).toEqual(before);
  });
});
