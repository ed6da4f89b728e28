import { statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { findFormats } from './format/index.ts';
import { ImportIndex } from './import-index.ts';
import { ImportTally } from './import-tally.ts';
import { planFamilies } from './plan-families.ts';

const record = (uuid: string, minute: number, sessionId = 's') =>
  `${JSON.stringify({
    type: 'user',
    sessionId,
    uuid,
    timestamp: `2026-01-01T00:0${minute}:00.000Z`,
    message: { role: 'user', content: uuid },
  })}\n`;

function namesInOrder(logs: Readonly<Record<string, string>>): string[][] {
  const dir = makeTestFolder();
  const found = Object.entries(logs).map(([name, text]) => {
    const path = join(dir, name);
    writeFileSync(path, text);
    const { size: sizeBytes, mtimeMs } = statSync(path);
    return { path, sizeBytes, mtimeMs, isNamed: true };
  });
  const families = planFamilies(found, {
    formats: findFormats('claude-code'),
    options: {},
    index: new ImportIndex(dir),
    archives: new Set(),
    tally: new ImportTally(),
  });
  return families.map((family) => family.map(({ path }) => basename(path)));
}

it('reads of logs of a session that begin at one moment the shorter one first', () => {
  const [short, long] = [record('u1', 1), record('u1', 1) + record('u2', 2)];
  expect(namesInOrder({ 'a.jsonl': long, 'b.jsonl': short })).toEqual([['b.jsonl', 'a.jsonl']]);
});

it('reads the one first that was begun first, however long it is', () => {
  const [first, second] = [record('u1', 1) + record('u2', 2), record('u3', 3)];
  expect(namesInOrder({ 'a.jsonl': second, 'b.jsonl': first })).toEqual([['b.jsonl', 'a.jsonl']]);
});
