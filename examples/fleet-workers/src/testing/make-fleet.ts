import { randomUUID } from 'node:crypto';
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { makeTestFolder } from '@varve/testing';

const golden = fileURLToPath(new URL('../../../agent-state/golden', import.meta.url));

export interface Fleet {
  readonly archives: string;
  readonly originals: string;
  /** Takes so long that a worker can be killed while it is at it. */
  readonly large: string;
  /** No page of it but the first can be read. */
  readonly broken: string;
}

/** Twelve archives of the team's schema: ten of its four versions, a large one and a broken one of the first. */
export function makeFleet(): Fleet {
  const dir = makeTestFolder();
  const [archives, originals] = [join(dir, 'archives'), join(dir, 'originals')];
  const [large, broken] = [join(archives, '5-large.db'), join(archives, '7-broken.db')];
  mkdirSync(archives);
  const paths = globSync('*.db', { cwd: golden })
    .sort()
    .map((name) => join(golden, name));
  const [oldest = ''] = paths;
  for (let at = 0; at < 10; at++) copySession(paths[at % paths.length] as string, join(archives, `${at}.db`));
  copySession(
    oldest,
    large,
    `INSERT INTO outputs (seq, session_id, kind, content, created_at_ms)
    WITH RECURSIVE n (at) AS (SELECT 1000000 UNION ALL SELECT at + 1 FROM n WHERE at < 1030000)
    SELECT at, (SELECT id FROM sessions), 'text', hex(randomblob(100)), at FROM n`,
  );
  writeFileSync(broken, readFileSync(oldest).fill(0xff, 4096));
  return { archives, originals, large, broken };
}

/** Another session of the same contents. */
function copySession(from: string, path: string, sql = ''): void {
  copyFileSync(from, path);
  const sqlite = new DatabaseSync(path);
  const tables = sqlite
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%session_id` text NOT NULL%'")
    .all();
  const id = randomUUID();
  sqlite.exec(`PRAGMA foreign_keys = OFF; UPDATE sessions SET id = '${id}'`);
  for (const { name } of tables) sqlite.exec(`UPDATE "${name}" SET session_id = '${id}'`);
  sqlite.exec(sql);
  sqlite.close();
}
