import { copyFileSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lineage, tickets } from '@acme/agent-state';
import { createSession } from '@varve/core';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { runNightly } from './run-nightly.ts';

const golden = fileURLToPath(new URL('../../agent-state/golden', import.meta.url));

/** Archives of every version of the team's schema, and a session that a crash left. */
function makeFolders() {
  const dir = makeTestFolder();
  const [live, archives, reports] = ['live', 'archives', 'reports'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(archives);
  for (const path of globSync('*.db', { cwd: golden })) {
    copyFileSync(join(golden, path), join(archives, basename(path)));
  }
  const session = createSession(live, { lineage, session: { agentName: 'support' } });
  session.record(tickets, { question: 'A refund, now', topic: 'refund', priority: 1, orderNumbers: [] });
  session.close();
  return { live, archives, reports };
}

it('reports on archives of every version and on what crashed, and does it again the next night', async () => {
  const folders = makeFolders();
  const first = await runNightly(folders);
  expect(first).toEqual({
    recovered: 1,
    archives: 5,
    problems: [],
    topics: [
      { topic: 'order', sessions: 4, urgent: 1, interrupted: 0 },
      { topic: 'other', sessions: 4, urgent: 0, interrupted: 0 },
      { topic: 'refund', sessions: 1, urgent: 1, interrupted: 1 },
    ],
    tools: [{ tool: 'find_order', calls: 4, failed: 0 }],
    exported: expect.any(Number),
  });
  expect(readdirSync(folders.live)).toEqual([]);
  expect(JSON.parse(readFileSync(join(folders.reports, 'report.json'), 'utf8'))).toEqual(first);
  const days = globSync('tickets/day=*/*.parquet', { cwd: join(folders.reports, 'parquet') });
  expect(days.length).toBeGreaterThan(0);
  expect(await runNightly(folders)).toEqual({ ...first, recovered: 0, exported: 0 });
});

it('names what is missing from the report, and reports the rest', async () => {
  const folders = makeFolders();
  const path = join(folders.archives, 'torn.db');
  writeFileSync(path, readFileSync(join(golden, '0000_first.db')).subarray(0, 5000));
  const { problems, topics } = await runNightly(folders);
  expect(problems).toEqual([{ path, code: 'FILE_CORRUPT' }]);
  expect(topics).toHaveLength(3);
});
