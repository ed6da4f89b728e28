import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Reader } from '@varve/page/internal';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testEngines } from '../../../aggregator/src/testing/test-engines.ts';
import type { ServedBucket } from '../../../core/src/testing/serve-bucket.ts';
import { useBucket } from '../../../core/src/testing/use-bucket.ts';
import { loadLineage } from '../config/load-lineage.ts';
import { makeProject, type TestProject } from '../testing/make-project.ts';
import { verbs } from './registry.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const example = fileURLToPath(new URL('../../../../examples/agent-state/', import.meta.url));
/** Of these there is one at an older version, and one at head. */
const archives = { 'a.db': '0002_drop_urgent', 'b.db': '0003_widen_standard_tables' };

/** Every way to name archives that do not lie here, and how many it names. */
const kinds = {
  's3://bucket/archives': 2,
  's3://bucket/archives/*.db': 2,
  's3://bucket/archives/b.db': 1,
  'lists/archives.db': 2,
  'lists/archives.parquet': 2,
  's3://bucket/lists/archives.db': 2,
  's3://bucket/lists/archives.parquet': 2,
} as const;
type Kind = keyof typeof kinds;
const one: Kind = 's3://bucket/archives/b.db';

interface Takes {
  /** The verb's arguments; `into` is a name that nobody else has. */
  readonly args: (where: string, into: string) => readonly string[];
  /** How many archives it tells of. */
  readonly count: (json: never) => number;
  readonly exitCode: number | 'any';
}

interface Refuses {
  readonly args: (where: string, into: string) => readonly string[];
  readonly codes: readonly string[];
}

/** Of every verb what it does with them: it takes each, one archive alone, or says by its code that it cannot. */
const table: Readonly<Record<string, readonly ((Takes | Refuses) & { readonly of?: readonly Kind[] })[]>> = {
  status: [
    takes(
      (w) => [w],
      ({ total }: { total: number }) => total,
    ),
  ],
  show: [
    takes(
      (w) => [w],
      ({ path }: { path: string }) => Number(path === one),
      [one],
    ),
    takes(
      (w, into) => [w, '--html', `${into}.html`],
      ({ sizeBytes }: Sized) => Number(sizeBytes > 0),
      [one],
    ),
    refuses((w) => [w], ['FILE_NOT_FOUND', 'VERSION_FOREIGN', 'FILE_NOT_A_DATABASE'], others(one)),
  ],
  lens: [],
  read: [
    takes(
      (w) => [w, 'SELECT 1'],
      ({ length }: readonly unknown[]) => length,
      [one],
    ),
    refuses(
      (w) => [w, 'SELECT 1'],
      ['FILE_NOT_FOUND', 'VERSION_FOREIGN', 'FILE_NOT_A_DATABASE'],
      others(one),
    ),
  ],
  query: [
    takes(
      (w) => [w, 'SELECT * FROM _archives'],
      ({ length }: readonly unknown[]) => length,
    ),
  ],
  unify: [
    takes(
      (w, into) => [w, '--into', `${into}.db`],
      ({ added }: { added: number }) => added,
    ),
  ],
  ask: [
    takes(
      (w) => ['sessions', w],
      ({ length }: readonly unknown[]) => length,
    ),
  ],
  export: [
    takes(
      (w, into) => [w, '--into', into],
      ({ archives }: { archives: number }) => archives,
    ),
    takes(
      (w, into) => [w, '--into', into, '--format', 'atif'],
      // Of one of them the session has no row of its own.
      ({ sessions, problems }: { sessions: number; problems: [] }) => sessions + problems.length,
      others(),
      'any',
    ),
  ],
  search: [refuses((w) => [w, 'word'], ['UNIFIED_FOREIGN'])],
  // Below: they do not end by themselves.
  serve: [],
  mcp: [],
  upgrade: [
    takes((w) => [w, '--dry-run'], countUpgraded, ['lists/archives.parquet']),
    takes((w, into) => [w, '--backup', `s3://bucket/${into}`], countUpgraded),
  ],
  seal: [refuses((w) => [w], ['USAGE'])],
  restore: [
    takes(
      (w, into) => [w, '--into', into],
      ({ restored }: { restored: number }) => restored,
    ),
  ],
  import: [refuses((w) => ['claude-code', w, '--into', 'imported'], ['USAGE', 'LOG_UNRECOGNISED'])],
  push: [refuses((w, into) => [w, into], ['USAGE'])],
  manifest: [
    takes(
      (w, into) => [w, '--into', `${into}.db`],
      ({ read }: { read: number }) => read,
    ),
  ],
  // Below: it takes a server.
  load: [],
  init: [],
  generate: [],
  // The one at head has had the last migration: it stays.
  ungenerate: [
    takes(
      (w) => [w],
      ({ files }: { files: number }) => files - golden,
      others(),
      1,
    ),
  ],
  check: [],
  freeze: [],
  squash: [
    takes(
      (w) => [w, '--dry-run'],
      ({ archives }: { archives: number }) => archives,
    ),
  ],
};

interface Sized {
  readonly sizeBytes: number;
}
const golden = 4;

function countUpgraded({ upgraded, current }: { upgraded: number; current: number }): number {
  return upgraded + current;
}

function takes<T>(
  args: Takes['args'],
  count: (json: T) => number,
  of: readonly Kind[] = others(),
  exitCode: Takes['exitCode'] = 0,
): Takes & { readonly of: readonly Kind[] } {
  return { args, count: count as Takes['count'], of, exitCode };
}

function refuses(args: Refuses['args'], codes: readonly string[], of: readonly Kind[] = others()) {
  return { args, codes, of };
}

function others(except?: Kind): Kind[] {
  return (Object.keys(kinds) as Kind[]).filter((kind) => kind !== except);
}

let bucket: ServedBucket;
const engines = testEngines();

beforeAll(async () => {
  bucket = await useBucket();
  if (engines.postgres.isThere) await engines.start();
});
afterAll(async () => {
  await bucket[Symbol.asyncDispose]();
  await engines.stop();
});

function fillBucket(): void {
  for (const [name, version] of Object.entries(archives))
    bucket.put(`bucket/archives/${name}`, readFileSync(join(example, 'golden', `${version}.db`)));
}

/** The example's project, and lists of what is in the bucket. */
async function makeWork(): Promise<TestProject> {
  const project = makeProject({
    'package.json': '{ "name": "agent-state", "type": "module" }\n',
    'varve.config.mjs': `export default { name: 'agent-state', schema: './src/schema.ts', migrations: './drizzle',
      lineageModule: './src/lineage.ts' };\n`,
  });
  for (const path of ['drizzle', 'src/schema.ts', 'src/tickets.ts', 'src/lineage.ts', 'golden'])
    cpSync(join(example, path), join(project.dir, path), { recursive: true });
  mkdirSync(join(project.dir, 'lists'));
  vi.stubEnv('VARVE_CACHE_DIR', join(project.dir, 'cache'));
  fillBucket();
  for (const ending of ['db', 'parquet']) {
    const name = `lists/archives.${ending}`;
    await project.varve('manifest', 's3://bucket/archives', '--into', name);
    bucket.put(`bucket/${name}`, readFileSync(join(project.dir, name)));
  }
  return project;
}

it('says of every verb what it does with archives that lie elsewhere', () => {
  expect(Object.keys(table)).toEqual(verbs.map(({ name }) => name));
  const silent = verbs.filter(
    ({ name, usage }) => /archives|backups|view|file>|paths/.test(usage) && table[name]?.length === 0,
  );
  expect(silent.map(({ name }) => name)).toEqual(['serve', 'mcp', 'load']);
});

describe.each(Object.entries(table).filter(([, rows]) => rows.length > 0))('varve %s', (verb, rows) => {
  it('takes archives of a bucket and manifests, or says by a code that it does not', async () => {
    const project = await makeWork();
    let at = 0;
    for (const row of rows) {
      for (const where of row.of ?? others()) {
        fillBucket();
        const into = `${verb}-${at++}`;
        const { exitCode, stdout, stderr } = await project.varve(verb, ...row.args(where, into), '--json');
        if ('codes' in row) {
          expect([1, 2], where).toContain(exitCode);
          expect(row.codes, where).toContain(/^error\[(\w+)\]/m.exec(stderr)?.[1]);
          expect(stderr, where).not.toContain(join(project.dir, 's3:'));
        } else {
          if (row.exitCode !== 'any')
            expect({ where, exitCode }, stderr).toEqual({ where, exitCode: row.exitCode });
          expect({ where, count: row.count(JSON.parse(stdout) as never) }).toEqual({
            where,
            count: kinds[where],
          });
        }
      }
    }
  });
});

describe('varve serve and varve mcp', () => {
  it.each(others())('look at what %s names', async (where) => {
    const project = await makeWork();
    const before = process.cwd();
    process.chdir(project.dir);
    const reader = new Reader([where], await loadLineage(project.dir, undefined));
    try {
      const { rows, total } = await reader.list(10, 20_000);
      expect(total).toBe(kinds[where]);
      expect(rows.every(({ isRead }) => isRead)).toBe(true);
    } finally {
      reader.close();
      process.chdir(before);
    }
  });
});

describe.skipIf(!engines.postgres.isThere)('varve load, where there is a Postgres', () => {
  it.each(others())('loads what %s names', async (where) => {
    const project = await makeWork();
    const url = await engines.postgres.create();
    const { exitCode, stderr } = await project.varve('load', where, '--to', url, '--apply-ddl');
    expect(exitCode, stderr).toBe(0);
    expect(await engines.postgres.ask(url, 'SELECT count(*)::int FROM _archives')).toEqual([[kinds[where]]]);
  });
});
