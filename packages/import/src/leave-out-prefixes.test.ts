import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { findFormats } from './format/index.ts';
import { leaveOutPrefixes } from './leave-out-prefixes.ts';
import { sampleLog } from './log/index.ts';

const [format] = findFormats('otlp');

function writeLog(dir: string, name: string, text: string) {
  const path = join(dir, name);
  writeFileSync(path, text);
  const { size: sizeBytes, mtimeMs } = statSync(path);
  const identity = { kin: ['conversation'], rank: 0 };
  if (!format) throw new Error('no such format');
  return { path, sizeBytes, mtimeMs, isNamed: false, sample: sampleLog(path), format, identity };
}

it.each([
  ['lines', (n: number) => `{"n":${n}}\n{"n":0}\n`],
  ['lines of which the first are the same', (n: number) => `{"n":0}\n{"n":${n}}\n`],
  ['documents', (n: number) => `{\n  "n": ${n}\n}\n`],
  ['arrays', (n: number) => `[{"n":${n}}]\n`],
])('opens no %s again that begin with other records', (_what, textOf) => {
  const dir = makeTestFolder();
  const logs = [1, 22, 333].map((n) => writeLog(dir, `${n}.json`, textOf(n)));
  const [longest, ...shorter] = ['copy.json', '1.json'].map((name) => writeLog(dir, name, textOf(1)));
  expect(leaveOutPrefixes([longest, ...shorter].filter((log) => log !== undefined))).toEqual([
    [longest],
    shorter,
  ]);
  // Were they opened, they would be copies.
  for (const { path } of logs) writeFileSync(path, textOf(4444));
  expect(leaveOutPrefixes(logs)).toEqual([logs, []]);
});

it('leaves out no copy to which other files belong than to the log', () => {
  const dir = makeTestFolder();
  const [log, copy] = ['a.json', 'b.json'].map((name) => writeLog(dir, name, '{"n":1}\n')) as [
    ReturnType<typeof writeLog>,
    ReturnType<typeof writeLog>,
  ];
  expect(leaveOutPrefixes([log, copy])).toEqual([[log], [copy]]);
  const [one, other] = [
    { ...log, beside: 'one' },
    { ...copy, beside: 'other' },
  ];
  expect(leaveOutPrefixes([one, other])).toEqual([[one, other], []]);
});
