/** Two hosts, each a process of its own: the second goes on with the session of the first. Then a question over both. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openUnified } from '@varve/aggregator';
import { standardLineage as lineage } from '@varve/migrations';

const root = mkdtempSync(join(tmpdir(), 'release-notes-'));
const host = (...args: string[]): { sessionId: string; resumed: number } => {
  const program = fileURLToPath(new URL('./host.ts', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [program, root, ...args], { encoding: 'utf8' }));
};

try {
  const first = host();
  console.log(`first host: a session of its own, resumed from ${first.resumed} entries`);
  const second = host(first.sessionId);
  console.log(`second host: the same session, resumed from ${second.resumed} entries`);
  using unified = await openUnified(join(root, 'view.db'), { lineage, archives: join(root, 'archives') });
  const { sessions, toolCalls } = unified.tables;
  console.log(`archives: ${unified.db.select().from(sessions).all().length}`);
  for (const { toolName, arguments: given, status, errorMessage } of unified.db
    .select()
    .from(toolCalls)
    .all())
    console.log(`${toolName} ${JSON.stringify(given)}: ${status}${errorMessage ? `, ${errorMessage}` : ''}`);
  const [{ tokens } = { tokens: 0 }] = unified.sqlite
    .prepare('SELECT sum(input_tokens + output_tokens) AS tokens FROM model_calls')
    .all() as { tokens: number }[];
  console.log(`tokens of both: ${tokens}`);
} finally {
  rmSync(root, { recursive: true });
}
