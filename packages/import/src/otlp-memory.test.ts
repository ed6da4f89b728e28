import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { dumpArchives } from './testing/dump-archives.ts';

const program = fileURLToPath(new URL('testing/import-program.ts', import.meta.url));
const deepMs = 300_000;
const logBytes = 150e6;
/** Of the heap, in megabytes: less than a quarter of the log's messages alone. */
const heapMegabytes = 48;

const list = (object: Readonly<Record<string, string>>) =>
  Object.entries(object).map(([key, stringValue]) => ({ key, value: { stringValue } }));

function event(spanId: string, eventName: string, content: string): object {
  const body = { kvlistValue: { values: list({ content }) } };
  return { resourceLogs: [{ scopeLogs: [{ logRecords: [{ traceId: 't', spanId, eventName, body }] }] }] };
}

function span(spanId: string): object {
  const attributes = list({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' });
  const time = { startTimeUnixNano: '1767225600000000000' };
  const one = { traceId: 't', spanId, name: 'chat', ...time, attributes };
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ spans: [one] }] }] };
}

/** All messages stand before all spans; returns of how many spans. */
function writeLog(path: string): number {
  const file = openSync(path, 'w');
  const put = (value: object) => writeSync(file, `${JSON.stringify(value)}\n`);
  const padding = '.'.repeat(20_000);
  let [spans, sizeBytes] = [0, 0];
  for (; sizeBytes < logBytes; spans++)
    sizeBytes += put(event(`s${spans}`, 'gen_ai.user.message', `ask ${spans} ${padding}`));
  for (let at = 0; at < spans; at++) put(span(`s${at}`));
  closeSync(file);
  return spans;
}

it.skipIf(!process.env.VARVE_DEEP)(
  'a log of more messages in records of their own than the memory holds is imported',
  () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const spans = writeLog(join(from, 'a.jsonl'));
    const flags = [`--max-old-space-size=${heapMegabytes}`, '--conditions=@varve/source'];
    const { status, stderr } = spawnSync(process.execPath, [...flags, program, from, into, 'otlp'], {
      encoding: 'utf8',
    });
    expect([status, stderr.slice(-500)]).toEqual([0, '']);
    expect(dumpArchives(into).t?.messages).toHaveLength(spans);
  },
  deepMs,
);
