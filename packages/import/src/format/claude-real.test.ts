import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, rowsOf } from '../testing/dump-archives.ts';
import { findSamples, logSamples, whyNoSamples } from '../testing/log-samples.ts';

interface Json {
  readonly [key: string]: unknown;
}

const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const blocksOf = ({ message }: Json): Json[] => {
  const { content } = objectIn(message);
  return Array.isArray(content) ? content.map(objectIn) : [];
};

const samples = findSamples('agent-logs/claude-code/**/*.jsonl').filter((it) => !it.includes('expected'));

function readRecords(paths: readonly string[]): Json[] {
  return paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((it) => JSON.parse(it)),
  );
}

describe.skipIf(!logSamples)(`real transcripts (skipped where ${whyNoSamples})`, () => {
  it('gives one row for each record, or counts why not', async () => {
    const into = makeTestFolder();
    const report = await importLogs('claude-code', samples, { into });
    expect(report.problems).toEqual([]);
    const dumps = dumpArchives(into);
    const mapped = rowsOf(dumps, 'messages').length + rowsOf(dumps, 'intermediate_results').length;
    const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
    const records = readRecords(samples);
    expect(mapped + skipped).toBe(records.length);
    expect(report.records).toBe(records.length);
    const progress = records.filter(({ type }) => String(type) === 'progress');
    const uuids = records.filter((it) => !progress.includes(it) && it.uuid).map(({ uuid }) => String(uuid));
    const texts = samples.map((path) => readFileSync(path, 'utf8'));
    const copies = samples.filter((_path, at) =>
      texts.some((it, other) => other !== at && it.startsWith(texts[at] ?? '')),
    );
    const keyless = readRecords(copies).filter(({ type, uuid }) => String(type) !== 'progress' && !uuid);
    expect(report.skipped).toEqual({
      progress: progress.length,
      repeated: uuids.length - new Set(uuids).size + keyless.length,
    });
  });

  it('has every call with its result, and sums usage as an independent reading does', async () => {
    const into = makeTestFolder();
    await importLogs('claude-code', samples, { into });
    const dumps = dumpArchives(into);
    const records = new Map(readRecords(samples).map((it) => [String(it.uuid), it]));
    const blocks = [...records.values()].flatMap(blocksOf);
    const results = new Map(
      blocks.filter((it) => String(it.type) === 'tool_result').map((it) => [String(it.tool_use_id), it]),
    );
    const uses = new Map(
      blocks.filter((it) => String(it.type) === 'tool_use').map((it) => [String(it.id), it]),
    );
    const calls = new Map(rowsOf(dumps, 'tool_calls').map((row) => [row.tool_call_id, row]));
    expect(new Set(calls.keys())).toEqual(new Set(uses.keys()));
    for (const [id, use] of uses) {
      const row = calls.get(id);
      expect(row?.tool_name).toBe(use.name);
      expect(JSON.parse(String(row?.arguments))).toEqual(use.input);
      expect(JSON.parse(String(row?.result))).toEqual(results.get(id)?.content ?? null);
    }
    const greatest = new Map<string, number[]>();
    for (const { message, requestId } of records.values()) {
      const { usage, model, id } = objectIn(message);
      if (!usage || model === '<synthetic>') continue;
      const {
        input_tokens: fresh,
        cache_read_input_tokens: read,
        cache_creation_input_tokens: made,
        output_tokens: out,
      } = objectIn(usage);
      const counts = [Number(fresh) + Number(read ?? 0) + Number(made ?? 0), Number(read ?? 0), Number(out)];
      const key = `${String(id)} ${String(requestId)}`;
      greatest.set(
        key,
        counts.map((count, at) => Math.max(count, greatest.get(key)?.[at] ?? 0)),
      );
    }
    const sum = (at: number) =>
      [...greatest.values()].reduce((total, counts) => total + (counts[at] ?? 0), 0);
    const total = (column: string) =>
      rowsOf(dumps, 'model_calls').reduce((all, row) => all + Number(row[column] ?? 0), 0);
    expect([total('input_tokens'), total('cache_read_input_tokens'), total('output_tokens')]).toEqual(
      [0, 1, 2].map(sum),
    );
  });

  it('keeps opaque payloads and the structured results of tools to the letter', async () => {
    const into = makeTestFolder();
    await importLogs('claude-code', samples, { into });
    const dumps = dumpArchives(into);
    const parts = rowsOf(dumps, 'messages').flatMap((row) => JSON.parse(String(row.parts)) as Json[]);
    const kept = new Set(parts.map(({ signature }) => signature && String(signature)));
    const records = readRecords(samples);
    const signatures = records.flatMap(blocksOf).flatMap((it) => it.signature ?? []);
    expect(signatures.filter((it) => !kept.has(String(it)))).toEqual([]);
    const results = rowsOf(dumps, 'tool_calls').flatMap(({ metadata }) =>
      metadata ? [JSON.stringify(JSON.parse(String(metadata)).toolUseResult)] : [],
    );
    const told = new Set(results);
    const missing = records.filter(
      ({ toolUseResult }) => toolUseResult !== undefined && !told.has(JSON.stringify(toolUseResult)),
    );
    expect(missing.map(({ uuid }) => uuid)).toEqual([]);
  });

  it('keeps the order of the log on the timeline', async () => {
    const into = makeTestFolder();
    const longest = samples.filter((it) => basename(it).startsWith('fa812bfe'));
    await importLogs('claude-code', longest, { into });
    const uuids = rowsOf(dumpArchives(into), 'messages').map(({ message_id }) => message_id);
    const logged = readRecords(longest).filter(
      ({ type, message }) => message && ['user', 'assistant'].includes(String(type)),
    );
    expect(uuids).toEqual(logged.map(({ uuid }) => uuid));
  });
});
