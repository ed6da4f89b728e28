/** Both releases one after the other, each in a process of its own; then a question over all that they left. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { census, openUnified } from '@varve/aggregator';
import { lineage } from './lineage.ts';

const root = mkdtempSync(join(tmpdir(), 'support-service-'));
try {
  for (const release of ['yesterday', 'today']) {
    const program = fileURLToPath(new URL(`./${release}.ts`, import.meta.url));
    execFileSync(process.execPath, [program, root], { stdio: 'inherit' });
  }
  const archives = join(root, 'archives');
  for (const { version, migration, count } of census(archives, { lineage }).versions)
    console.log(`archives: ${count} at version ${version}, ${migration}`);
  using unified = await openUnified(join(root, 'view.db'), { lineage, archives });
  const rows = unified.sqlite
    .prepare(
      `SELECT agent_version AS release, count(*) AS sessions, sum(tokens) AS tokens, sum(paid) AS paid FROM (
         SELECT agent_version,
           (SELECT sum(input_tokens + output_tokens) FROM model_calls WHERE session_id = sessions.id) AS tokens,
           (SELECT coalesce(sum(amount), 0) FROM refunds WHERE session_id = sessions.id) AS paid
         FROM sessions)
       GROUP BY agent_version ORDER BY agent_version`,
    )
    .all() as { release: string; sessions: number; tokens: number; paid: number }[];
  for (const { release, sessions, tokens, paid } of rows)
    console.log(`release ${release}: ${sessions} session(s), ${tokens} tokens, ${paid} paid back`);
} finally {
  rmSync(root, { recursive: true });
}
