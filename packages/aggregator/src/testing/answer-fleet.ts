import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { decisions, intermediateResults, messages, modelCalls, outputs, toolCalls } from '@varve/schema';
import Database from 'better-sqlite3';
import { openUnified } from '../unified/index.ts';
import { type QuestionDialect, questionDialects, twentyQuestions } from './twenty-questions.ts';

export type Rows = readonly (readonly unknown[])[];
export type Ask = (sql: string) => Rows | Promise<Rows>;

const golden = join(import.meta.dirname, '../../../../integration/golden/0000_standard_tables.db');
const [tools, models] = [['grep', 'read', 'größe', 'shell'] as const, ['small', 'large', null] as const];

/** Thirty sessions of three months, and one that an older version wrote. Amounts are such as every engine sums exactly, in whatever order. */
export function recordAnswerFleet(root: string): string {
  const archives = join(root, 'archives');
  const ids: string[] = [];
  for (let at = 0; at < 30; at++) {
    const startedAtMs = Date.UTC(2026, at % 3, 1 + at, at, 7);
    const session = createSession(join(root, 'live'), {
      lineage,
      session: {
        agentName: `agent ${at % 4}`,
        startedAtMs,
        ...(at % 5 === 4 && { parentSessionId: ids[at - 1] as string, title: 'Untertitel "ü"\n\\' }),
        ...(at % 3 > 0 && { metadata: { [at % 3 > 1 ? 'cwd' : 'directory']: `/work/${at % 2}` } }),
      },
    });
    ids.push(session.id);
    for (let turn = 0; turn < at % 7; turn++) {
      const n = at * 10 + turn;
      const started = startedAtMs + turn * 50_000_000;
      session.record(messages, { role: 'user', parts: [{ type: 'text', content: `ask ${n}` }] });
      const modelCallSeq = session.record(modelCalls, {
        requestModel: models[n % 3] ?? null,
        responseModel: n % 5 ? null : 'dated',
        providerName: n % 2 ? 'one' : null,
        status: n % 9 ? 'ok' : 'error',
        startedAtMs: started,
        inputTokens: n * 1001,
        outputTokens: n % 4 ? n * 17 : null,
        cacheReadInputTokens: n * 7,
        reasoningOutputTokens: n % 3 ? null : n,
        costUsd: n % 8 ? n / 64 : null,
      });
      const decisionSeq = session.record(decisions, {
        summary: n % 2 ? 'lies die Größe' : 'go on',
        rationale: n % 3 ? null : 'since',
        confidence: n % 4 ? (n % 16) / 16 : null,
        modelCallSeq,
      });
      session.record(toolCalls, {
        toolName: tools[n % 4] as string,
        status: (['ok', 'error', 'ok', 'denied', 'interrupted'] as const)[n % 5] as 'ok',
        errorType: n % 5 === 1 ? 'Timeout' : null,
        arguments: n % 3 ? { path: `/p/${n % 4}`, big: 2 ** 53 } : ['no', 'path'],
        startedAtMs: started + 3,
        durationMs: n % 6 ? n / 8 : null,
        ...(n % 2 && { decisionSeq }),
        modelCallSeq,
      });
      session.record(intermediateResults, {
        kind: 'k',
        name: `r${n % 3}`,
        blob: Buffer.from([0, 9, 10, n % 256]),
      });
      session.record(intermediateResults, { kind: 'k', name: `r${n % 3}`, value: { n } });
    }
    session.record(outputs, { kind: at % 2 ? 'text' : 'größer', content: { at }, isFinal: at % 3 === 0 });
    session.seal(archives);
  }
  copyFileSync(golden, join(archives, basename(golden)));
  return archives;
}

/** Rows in no order, each value as the number or text that it is; one engine has 1, another 1n, '1' or 1.0. */
function told(rows: Rows): string[] {
  const tell = (value: unknown) => {
    if (value === null || value === undefined) return 'null';
    const text = String(value);
    return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
  };
  return rows.map((row) => row.map(tell).join(' | ')).sort();
}

export async function askAll(dialect: QuestionDialect, ask: Ask): Promise<Record<string, string[]>> {
  const answers: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(twentyQuestions(dialect))) answers[name] = told(await ask(sql));
  return answers;
}

/** The answers of the unified view. */
export async function answersOfView(root: string, archives: string): Promise<Record<string, string[]>> {
  const file = join(root, 'unified.db');
  using unified = await openUnified(file, { lineage, archives });
  if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
  const sqlite = new Database(file, { readonly: true });
  const ask = (sql: string) => sqlite.prepare<[], unknown[]>(sql).raw().safeIntegers().all();
  return askAll(questionDialects.sqlite, ask).finally(() => sqlite.close());
}
