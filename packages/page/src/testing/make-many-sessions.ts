import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import Database from 'better-sqlite3';

/** A unified view as if so many archives had been read, with a message each; `search` makes its full-text index. */
export async function makeManySessions(dir: string, count: number, search = false): Promise<string> {
  const file = join(dir, 'many.db');
  createSession(join(dir, 'live'), { lineage, session: { agentName: 'many' } }).seal(join(dir, 'archives'));
  (await openUnified(file, { lineage, archives: join(dir, 'archives'), search })).close();
  const sqlite = new Database(file);
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})`;
  const words = `'step ' || n || ' of ' || (CASE n % 997 WHEN 0 THEN 'zebra' ELSE 'horse' END) || ' ' || hex(randomblob(40))`;
  sqlite.exec(`PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;
    BEGIN;
    ${numbers} INSERT INTO "_archives" (id, path, size_bytes, mtime_ms, session_id, version, "rows", strategy, state, read_at_ms)
      SELECT n, '/archives/' || n || '.db', 4096, 1767225600000 + n * 1000, 's' || n, 1, 2, 'identity', 'unified', 0 FROM numbers;
    ${numbers} INSERT INTO sessions (_archive, _version, id, agent_name, status, started_at_ms, ended_at_ms)
      SELECT n, 1, 's' || n, 'agent-' || n % 7, 'completed', 1767225600000 + n * 1000, 1767225600000 + n * 1500 FROM numbers;
    ${numbers} INSERT INTO messages (_archive, _version, seq, session_id, role, parts, created_at_ms)
      SELECT n, 1, 1, 's' || n, 'user', json_array(json_object('type', 'text', 'content', ${words})), 0 FROM numbers;
    ${search ? `INSERT INTO "_search_messages" ("_search_messages") VALUES ('rebuild');` : ''}
    COMMIT`);
  sqlite.close();
  return file;
}
