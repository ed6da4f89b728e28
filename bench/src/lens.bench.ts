import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive } from '@varve/core';
import { replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { writeDrizzleFolder } from '../../packages/migrations/src/testing/write-drizzle-folder.ts';
import { makeBenchDir, writeBenchArchive } from './bench-files.ts';
import { compare } from './compare.ts';
import { benchLineage } from './lens-lineage.ts';
import { printFigures, printTitle } from './report.ts';

const sizes = [100_000, 1_000_000, 10_000_000, 100_000_000];
const readRun = 'SELECT * FROM runs';
const readCalls = 'SELECT * FROM calls';
const readEvents = 'SELECT * FROM events';
/** What no reading of that table can do without, and the least that does what both migrations do. */
const byHand: readonly Query[] = [
  { name: 'one json() of its column, by hand', sql: 'SELECT id, run_id, json(payload) FROM events' },
  {
    name: 'both changes by hand, in one expression',
    sql: `SELECT id, run_id, json_remove(jsonb_set(payload, '$.v', 2, '$.arguments',
      jsonb_extract(payload, '$.args')), '$.args') FROM events`,
  },
  {
    name: 'the same, what goes taken out first',
    sql: `SELECT id, run_id, json_set(jsonb_remove(payload, '$.args'), '$.v', 2, '$.arguments',
      jsonb_extract(payload, '$.args')) FROM events`,
  },
  {
    name: 'the second change alone, but for its removal',
    sql: `SELECT id, run_id, json_set(payload, '$.arguments', jsonb_extract(payload, '$.args')) FROM events`,
  },
];

interface Query {
  readonly name: string;
  readonly sql: string;
}

/** Reading archives that are twenty migrations old, five of them rebuilds and two of them JSON updates. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const folder = writeDrizzleFolder(join(dir, 'drizzle'), benchLineage);
  for (const size of sizes) {
    const [old, head] = [join(dir, `old-${size}.db`), join(dir, `head-${size}.db`)];
    writeBenchArchive(old, 1, size);
    writeBenchArchive(head, benchLineage.migrations.length, size);
    const rounds = size > 10_000_000 ? 5 : 50;
    printTitle(
      `Open an archive of ${(statSync(old).size / 1e6).toFixed(1)} MB, 20 migrations old, read its session row`,
    );
    printFigures(
      await compare(
        [
          { name: 'better-sqlite3 on a file at head', run: () => readBare(head) },
          { name: 'varve openArchive', run: () => readWithVarve(old) },
          { name: 'copy, replay', run: () => readReplayed(old, join(dir, 'copy.db')) },
          { name: 'copy, Drizzle migrate()', run: () => readMigrated(old, join(dir, 'copy.db'), folder) },
        ],
        { rounds, warmup: rounds > 5 ? 5 : 1 },
      ),
    );
    await compareReads(
      'Once open, read every row of its largest table, renamed and rebuilt',
      old,
      head,
      readCalls,
      rounds,
    );
    await compareReads(
      'Once open, read every row of a table whose JSON was reshaped twice',
      old,
      head,
      readEvents,
      rounds,
      byHand,
    );
    printProcess(old);
    for (const path of [old, head]) rmSync(path);
  }
}

/** What one process takes that opens the archive and reads a row: it compiles the lens, and its memory is its own. */
function printProcess(path: string): void {
  const program = fileURLToPath(new URL('./lens-memory.ts', import.meta.url));
  const answer = execFileSync(process.execPath, [...process.execArgv, program, path], { encoding: 'utf8' });
  const { firstOpenMs, peakBytes } = JSON.parse(answer) as { firstOpenMs: number; peakBytes: number };
  printTitle(
    `A process of its own: first open and row ${firstOpenMs.toFixed(0)} ms, peak memory ${(peakBytes / 1e6).toFixed(0)} MB`,
  );
}

async function compareReads(
  title: string,
  old: string,
  head: string,
  sql: string,
  rounds: number,
  others: readonly Query[] = [],
): Promise<void> {
  printTitle(title);
  using bare = openBare(head);
  using file = openBare(old);
  using archive = openArchive(old, { lineage: benchLineage });
  printFigures(
    await compare(
      [
        { name: 'better-sqlite3 on a file at head', run: () => bare.sqlite.prepare(sql).all() },
        { name: 'varve openArchive', run: () => archive.sqlite.prepare(sql).all() },
        ...others.map((other) => ({ name: other.name, run: () => file.sqlite.prepare(other.sql).all() })),
      ],
      { rounds, warmup: 1 },
    ),
  );
}

function openBare(path: string): Disposable & { readonly sqlite: Database.Database } {
  const sqlite = new Database(path, { readonly: true });
  return { sqlite, [Symbol.dispose]: () => sqlite.close() };
}

function readBare(path: string): void {
  using bare = openBare(path);
  bare.sqlite.prepare(readRun).all();
}

function readWithVarve(path: string): void {
  using archive = openArchive(path, { lineage: benchLineage });
  archive.sqlite.prepare(readRun).all();
}

function readReplayed(path: string, copy: string): void {
  copyFileSync(path, copy);
  const sqlite = new Database(copy);
  replayMigrations(sqlite, benchLineage);
  sqlite.prepare(readRun).all();
  sqlite.close();
}

function readMigrated(path: string, copy: string, folder: string): void {
  copyFileSync(path, copy);
  const sqlite = new Database(copy);
  sqlite.pragma('foreign_keys = OFF');
  migrate(drizzle(sqlite), { migrationsFolder: folder });
  sqlite.prepare(readRun).all();
  sqlite.close();
}
