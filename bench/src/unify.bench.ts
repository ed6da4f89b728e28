import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { census, openUnified } from '@varve/aggregator';
import { replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { makeBenchDir, writeBenchArchive } from './bench-files.ts';
import { compare } from './compare.ts';
import { benchLineage } from './lens-lineage.ts';
import { printFigures, printTitle } from './report.ts';

/** How many archives; 10,000 for the figures that are quoted. */
const count = Number(process.env.VARVE_BENCH_ARCHIVES ?? 200);
const sizeBytes = 100_000;
const head = benchLineage.migrations.length;
const tables = ['runs', 'calls', 'events'];
const once = { rounds: 3, warmup: 0 };

/** Building and refreshing the unified view, and the census. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const mixed = writeArchives(join(dir, 'mixed'), (at) => (at % head) + 1);
  const current = writeArchives(join(dir, 'current'), () => head);
  const file = join(dir, 'unified.db');
  printTitle(`Unify ${count} archives of 100 KB, of ${head} versions`);
  printFigures(
    await compare(
      [
        { name: 'varve openUnified', run: () => unifyAnew(file, mixed) },
        { name: 'copy, replay, rows through JavaScript', run: () => unifyByHand(file, mixed) },
      ],
      once,
    ),
  );
  printTitle(`Unify ${count} archives at head`);
  printFigures(
    await compare(
      [
        {
          name: 'sqlite3, ATTACH; INSERT … SELECT, no keys or indexes',
          run: () => attachByHand(file, current),
        },
        { name: 'varve openUnified', run: () => unifyAnew(file, current) },
      ],
      once,
    ),
  );
  const refreshed = join(dir, 'refreshed.db');
  await unify(refreshed, mixed);
  printTitle(`Refresh with nothing new, ${count} archives`);
  printFigures(
    await compare(
      [
        { name: 'walk and stat', run: () => statAll(mixed) },
        { name: 'varve openUnified', run: () => unify(refreshed, mixed) },
      ],
      { rounds: 10, warmup: 1 },
    ),
  );
  printTitle(`Census of ${count} archives`);
  printFigures(
    await compare(
      [
        { name: 'read 100 bytes of each', run: () => readHeaders(mixed) },
        { name: 'varve census', run: () => census(mixed, { lineage: benchLineage }) },
      ],
      { rounds: 10, warmup: 1 },
    ),
  );
  console.log(`  most memory of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}

/** Each archive is a copy of one of its version; they have no session, so none counts as a copy of another. */
function writeArchives(dir: string, versionOf: (at: number) => number): string {
  mkdirSync(dir, { recursive: true });
  const models = new Map<number, string>();
  for (let at = 0; at < count; at++) {
    const [path, version] = [join(dir, `${at}.db`), versionOf(at)];
    const model = models.get(version);
    if (model) copyFileSync(model, path);
    else {
      writeBenchArchive(path, version, sizeBytes);
      models.set(version, path);
    }
  }
  return dir;
}

async function unify(file: string, archives: string): Promise<void> {
  const unified = await openUnified(file, { lineage: benchLineage, archives });
  if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
  unified.close();
}

async function unifyAnew(file: string, archives: string): Promise<void> {
  rmSync(file, { force: true });
  await unify(file, archives);
}

/** What a team without varve writes: each archive copied, migrated, read and inserted. */
function unifyByHand(file: string, archives: string): void {
  rmSync(file, { force: true });
  const into = new Database(file);
  into.pragma('synchronous = OFF');
  const copy = join(archives, '..', 'copy.db');
  for (const [at, name] of readdirSync(archives).entries()) {
    copyFileSync(join(archives, name), copy);
    const sqlite = new Database(copy);
    sqlite.pragma('synchronous = OFF');
    replayMigrations(sqlite, benchLineage);
    into.transaction(() => {
      for (const table of tables) moveRows(sqlite, into, table, at);
    })();
    sqlite.close();
  }
  rmSync(copy);
  into.close();
}

function moveRows(from: Database.Database, into: Database.Database, table: string, archive: number): void {
  const select = from.prepare<[], unknown[]>(`SELECT * FROM "${table}"`);
  const columns = select.columns().map(({ name }) => `"${name}"`);
  into.exec(`CREATE TABLE IF NOT EXISTS "${table}" (_archive, ${columns.join(', ')})`);
  const insert = into.prepare(`INSERT INTO "${table}" VALUES (?${', ?'.repeat(columns.length)})`);
  for (const row of select.raw().iterate()) insert.run(archive, ...row);
}

/** A script for the sqlite3 command: all it can do, for it makes no keys, and reads only what is at head. */
function attachByHand(file: string, archives: string): void {
  rmSync(file, { force: true });
  const names = readdirSync(archives);
  const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;
  const create = tables.map(
    (table) => `CREATE TABLE "${table}" AS SELECT 0 AS _archive, * FROM a."${table}" LIMIT 0;`,
  );
  const script = names.map((name, at) => {
    const inserts = tables.map((table) => `INSERT INTO "${table}" SELECT ${at}, * FROM a."${table}";`);
    const attach = `ATTACH ${quoted(join(archives, name))} AS a;`;
    return [attach, ...(at === 0 ? create : []), 'BEGIN;', ...inserts, 'COMMIT;', 'DETACH a;'].join('\n');
  });
  const input = ['PRAGMA journal_mode = WAL;', 'PRAGMA synchronous = NORMAL;', ...script].join('\n');
  execFileSync('sqlite3', ['-bail', file], { input, stdio: ['pipe', 'ignore', 'inherit'] });
}

function statAll(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).mtimeMs, 0);
}

function readHeaders(dir: string): void {
  const bytes = Buffer.alloc(100);
  for (const name of readdirSync(dir)) {
    const file = openSync(join(dir, name), 'r');
    readSync(file, bytes, 0, 100, 0);
    closeSync(file);
  }
}
