import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standardTables } from '@varve/schema';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { renderStandardLineage } from '../scripts/write-standard-lineage.ts';
import { replayMigrations } from './replay/replay.ts';
import { standardLineage } from './standard-lineage.ts';
import { openMemory } from './testing/test-lineage.ts';

const packageDir = fileURLToPath(new URL('..', import.meta.url));

it('is what the migrations folder says', () => {
  expect(readFileSync(join(packageDir, 'src/standard-lineage.ts'), 'utf8')).toBe(renderStandardLineage());
});

it('is what drizzle-kit would make of the standard tables: it finds nothing to generate', () => {
  const dir = mkdtempSync(join(packageDir, '.drizzle-check-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  cpSync(join(packageDir, 'drizzle'), join(dir, 'drizzle'), { recursive: true });
  const before = readdirSync(join(dir, 'drizzle'));
  const schema = join(packageDir, '../schema/src/standard-tables.ts');
  const options = ['generate', '--dialect', 'sqlite', '--schema', schema, '--out', 'drizzle'];
  const output = execFileSync(join(packageDir, 'node_modules/.bin/drizzle-kit'), options, {
    cwd: dir,
    encoding: 'utf8',
  });
  expect(output).toMatch(/No schema changes/);
  expect(readdirSync(join(dir, 'drizzle'))).toEqual(before);
});

it('makes tables that the standard tables can write and read, relations included', () => {
  const sqlite = openMemory();
  replayMigrations(sqlite, standardLineage);
  const db = drizzle(sqlite, { schema: standardTables });
  const { sessions, decisions, toolCalls, intermediateResults, outputs } = standardTables;
  const session = db
    .insert(sessions)
    .values({ agentName: 'tester', metadata: { a: [1] } })
    .returning()
    .get();
  expect(session).toMatchObject({ status: 'running', endedAtMs: null, metadata: { a: [1] } });
  const sessionId = session.id;
  db.insert(decisions)
    .values({ seq: 1, sessionId, summary: 'go', alternatives: [{ summary: 'stay' }] })
    .run();
  db.insert(toolCalls)
    .values({
      seq: 2,
      sessionId,
      decisionSeq: 1,
      toolName: 'ls',
      arguments: { dir: '.' },
      result: [],
      status: 'ok',
    })
    .run();
  db.insert(intermediateResults)
    .values({ seq: 3, sessionId, toolCallSeq: 2, kind: 'bytes', name: 'raw', blob: Buffer.from([1]) })
    .run();
  db.insert(outputs).values({ seq: 4, sessionId, kind: 'text', content: 'done', isFinal: true }).run();
  const found = db.query.sessions.findFirst({
    with: {
      decisions: { with: { toolCalls: { with: { intermediateResults: { columns: { blob: false } } } } } },
      outputs: true,
    },
  });
  expect(found.sync()).toMatchObject({
    decisions: [{ toolCalls: [{ arguments: { dir: '.' }, intermediateResults: [{ name: 'raw' }] }] }],
    outputs: [{ content: 'done', isFinal: true }],
  });
});
