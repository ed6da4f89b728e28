import { createSession } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import { toolCalls } from '@varve/schema';
import { makeBenchDir } from './bench-files.ts';
import { compare } from './compare.ts';
import { printFigures, printTitle } from './report.ts';

const call = {
  toolName: 'read_file',
  status: 'ok' as const,
  arguments: { path: '/src/index.ts', lines: [1, 200] },
  result: { text: 'x'.repeat(500), truncated: false },
  startedAtMs: 1_700_000_000_000,
  durationMs: 12.5,
};

/** One tool call written and committed, in three ways on files of the same schema. */
export async function run(): Promise<void> {
  for (const synchronous of ['FULL', 'OFF'] as const) {
    printTitle(`Record one tool call, committed with synchronous=${synchronous}`);
    printFigures(await compare(contestants(synchronous), { rounds: 500 }));
  }
  printTitle('Record the begin and the end of a tool call, two commits with synchronous=FULL');
  printFigures(await compare(callContestants(), { rounds: 300 }));
}

function contestants(synchronous: 'FULL' | 'OFF') {
  const [raw, ours, plain] = [0, 1, 2].map(() => {
    const session = createSession(makeBenchDir(), {
      lineage: standardLineage,
      session: { agentName: 'bench' },
    });
    session.sqlite.pragma(`synchronous = ${synchronous}`);
    return session;
  }) as [Session, Session, Session];
  const insert = raw.sqlite.prepare(
    `INSERT INTO tool_calls (session_id, tool_name, status, arguments, result, started_at_ms, duration_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const values = () => [
    JSON.stringify(call.arguments),
    JSON.stringify(call.result),
    call.startedAtMs,
    call.durationMs,
  ];
  return [
    { name: 'prepared insert', run: () => insert.run(raw.id, call.toolName, call.status, ...values()) },
    { name: 'varve session.record, validated', run: () => ours.record(toolCalls, call) },
    {
      name: 'Drizzle insert',
      run: () =>
        plain.db
          .insert(toolCalls)
          .values({ ...call, sessionId: plain.id ?? '' })
          .run(),
    },
  ];
}

function callContestants() {
  const [raw, begun, called] = [0, 1, 2].map(() =>
    createSession(makeBenchDir(), { lineage: standardLineage, session: { agentName: 'bench' } }),
  ) as [Session, Session, Session];
  const insert = raw.sqlite.prepare(
    `INSERT INTO tool_calls (session_id, tool_name, status, arguments, started_at_ms) VALUES (?, ?, 'running', ?, ?)`,
  );
  const update = raw.sqlite.prepare(
    `UPDATE tool_calls SET status = 'ok', result = ?, duration_ms = ? WHERE seq = ?`,
  );
  const { toolName, arguments: given, result } = call;
  return [
    {
      name: 'prepared insert and prepared update',
      run: () => {
        const { lastInsertRowid } = insert.run(raw.id, toolName, JSON.stringify(given), Date.now());
        update.run(JSON.stringify(result), 12.5, lastInsertRowid);
      },
    },
    {
      name: 'varve session.begin and end',
      run: () => begun.begin(toolCalls, { toolName, arguments: given }).end({ result }),
    },
    {
      name: 'varve session.callTool',
      run: () => called.callTool({ toolName, arguments: given }, () => result),
    },
  ];
}

type Session = ReturnType<typeof createSession<typeof standardLineage.tables>>;
