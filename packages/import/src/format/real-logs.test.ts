import { readFileSync } from 'node:fs';
import { makeTestFolder } from '@varve/testing';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { type Dump, dumpArchives, rowsOf } from '../testing/dump-archives.ts';
import { findSamples, logSamples, whyNoSamples } from '../testing/log-samples.ts';

interface Json {
  readonly [key: string]: unknown;
}

/** What an independent reading of a log finds. */
interface Counts {
  readonly messages: number;
  readonly calls: number;
  readonly results: number;
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly usd: number;
}

const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const listIn = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectIn) : []);
const numberIn = (value: unknown): number => (typeof value === 'number' ? value : 0);
const nothing: Counts = { messages: 0, calls: 0, results: 0, input: 0, output: 0, cached: 0, usd: 0 };

function add(...counts: readonly Partial<Counts>[]): Counts {
  const sum: Record<string, number> = { ...nothing };
  for (const it of counts) for (const [key, value] of Object.entries(it)) sum[key] = (sum[key] ?? 0) + value;
  return sum as unknown as Counts;
}

const linesIn = (path: string): Json[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Json);

/** Of these a message may stand in several records, so that only calls and usage can be told without the mapping. */
const sums: Record<string, { glob: string; count: (path: string) => Partial<Counts> }> = {
  codex: {
    glob: 'agent-logs/codex/rollout-*.jsonl',
    count: (path) => {
      const payloads = linesIn(path).map(({ payload }) => objectIn(payload));
      const totals = new Map(
        payloads
          .filter(({ type, info }) => type === 'token_count' && info)
          .map(({ info }) => [
            JSON.stringify(objectIn(info).total_token_usage),
            objectIn(info).last_token_usage,
          ]),
      );
      const usages = [...totals.values()].map(objectIn);
      const sum = (key: string) => usages.reduce((total, usage) => total + numberIn(usage[key]), 0);
      const kinds = payloads.map(({ type }) => String(type));
      return {
        calls: kinds.filter((type) => type.endsWith('_call')).length,
        results: kinds.filter((type) => type.endsWith('_call_output')).length,
        input: sum('input_tokens'),
        output: sum('output_tokens'),
        cached: sum('cached_input_tokens'),
      };
    },
  },
  opencode: {
    glob: 'agent-logs/opencode-json/storage/session/**/*.json',
    count: () => {
      const parts = findSamples('agent-logs/opencode-json/storage/part/**/*.json').map(
        (path) => JSON.parse(readFileSync(path, 'utf8')) as Json,
      );
      const tokens = parts.filter(({ type }) => type === 'step-finish').map((part) => objectIn(part.tokens));
      const sum = (count: (it: Json) => number) => tokens.reduce((total, it) => total + count(it), 0);
      const cache = (it: Json) => objectIn(it.cache);
      return {
        calls: parts.filter(({ type }) => type === 'tool').length,
        input: sum((it) => numberIn(it.input) + numberIn(cache(it).read) + numberIn(cache(it).write)),
        output: sum((it) => numberIn(it.output) + numberIn(it.reasoning)),
        cached: sum((it) => numberIn(cache(it).read)),
      };
    },
  },
  otlp: {
    glob: 'agent-logs/otlp/*.jsonl',
    count: (path) => {
      const spans = linesIn(path)
        .flatMap(({ resourceSpans }) => listIn(resourceSpans))
        .flatMap(({ scopeSpans }) => listIn(scopeSpans))
        .flatMap((scope) => listIn(scope.spans));
      const attributeOf = (span: Json, name: string) => {
        const found = listIn(span.attributes).find(({ key }) => key === name);
        return Object.values(objectIn(found?.value))[0];
      };
      const ofKind = (kind: string) =>
        spans.filter((span) => attributeOf(span, 'gen_ai.operation.name') === kind);
      const sum = (name: string) =>
        ofKind('chat').reduce(
          (total, span) => total + Number(attributeOf(span, `gen_ai.usage.${name}`) ?? 0),
          0,
        );
      return {
        calls: ofKind('execute_tool').length,
        input: sum('input_tokens'),
        output: sum('output_tokens'),
      };
    },
  },
};

const formats: Record<string, { glob: string; count: (path: string) => Counts }> = {
  'gemini-cli': {
    glob: 'agent-logs/gemini-cli/*.json',
    count: (path) =>
      add(
        ...listIn(JSON.parse(readFileSync(path, 'utf8')).messages).map((message) => {
          const tokens = objectIn(message.tokens);
          const calls = listIn(message.toolCalls);
          return {
            messages: 1,
            calls: calls.length,
            results: calls.filter(({ result }) => result).length,
            input: numberIn(tokens.total) - numberIn(tokens.output) - numberIn(tokens.thoughts),
            output: numberIn(tokens.output) + numberIn(tokens.thoughts),
            cached: numberIn(tokens.cached),
          };
        }),
      ),
  },
  pi: {
    glob: 'agent-logs/pi/*.jsonl',
    count: (path) =>
      add(
        ...readFileSync(path, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => {
            const { message } = JSON.parse(line) as Json;
            const { role, content, usage } = objectIn(message);
            const { input, output, cacheRead, cacheWrite, cost } = objectIn(usage);
            return {
              messages: Number(message !== undefined),
              calls: listIn(content).filter(({ type }) => type === 'toolCall').length,
              results: Number(role === 'toolResult'),
              input: numberIn(input) + numberIn(cacheRead) + numberIn(cacheWrite),
              output: numberIn(output),
              cached: numberIn(cacheRead),
              usd: numberIn(objectIn(cost).total),
            };
          }),
      ),
  },
  'mini-swe-agent': {
    glob: 'agent-logs/mini-swe-agent/*.json',
    count: (path) => {
      const messages = listIn(JSON.parse(readFileSync(path, 'utf8')).messages);
      const actions = messages.map(
        ({ role, content }) => role === 'assistant' && String(content).split('```bash').length === 2,
      );
      return add(
        ...messages.map(({ extra }, at) => {
          const { prompt_tokens, completion_tokens, prompt_tokens_details, cost } = objectIn(
            objectIn(objectIn(extra).response).usage,
          );
          return {
            messages: 1,
            calls: Number(actions[at]),
            results: Number(actions[at] && messages[at + 1]?.role === 'user'),
            input: numberIn(prompt_tokens),
            output: numberIn(completion_tokens),
            cached: numberIn(objectIn(prompt_tokens_details).cached_tokens),
            usd: numberIn(cost),
          };
        }),
      );
    },
  },
  'swe-agent': {
    glob: 'agent-logs/swe-agent/*.traj',
    count: (path) => {
      const { history, trajectory } = JSON.parse(readFileSync(path, 'utf8')) as Json;
      const messages = listIn(history);
      const calls = messages.filter(
        ({ role, is_demo: demo, action }) => role === 'assistant' && !demo && action,
      ).length;
      // The last observation is told by its step alone.
      const isOpen = Number(trajectory !== undefined && messages.at(-1)?.role === 'assistant');
      const said = new Set(messages.map(({ content }) => content));
      const untold = listIn(trajectory).filter(
        ({ response }) => messages.length > 0 && !said.has(response),
      ).length;
      const all = calls + untold;
      return add({ messages: messages.length + isOpen + 2 * untold, calls: all, results: all });
    },
  },
  'tau-bench': {
    glob: 'tau-bench/gpt-4o-airline.json',
    count: (path) =>
      add(
        ...listIn(JSON.parse(readFileSync(path, 'utf8'))).flatMap(({ traj }) =>
          listIn(traj).map(({ role, tool_calls }) => {
            return { messages: 1, calls: listIn(tool_calls).length, results: Number(role === 'tool') };
          }),
        ),
      ),
  },
  atif: {
    glob: 'agent-logs/atif/*.json',
    count: (path) =>
      add(
        ...listIn(JSON.parse(readFileSync(path, 'utf8')).steps).map(
          ({ tool_calls, observation, metrics }) => {
            const { prompt_tokens, completion_tokens, cached_tokens, cost_usd } = objectIn(metrics);
            const results = listIn(objectIn(observation).results);
            return {
              messages: 1 + Number(results.length > 0),
              calls: listIn(tool_calls).length,
              results: Math.min(results.length, listIn(tool_calls).length),
              input: numberIn(prompt_tokens),
              output: numberIn(completion_tokens),
              cached: numberIn(cached_tokens),
              usd: numberIn(cost_usd),
            };
          },
        ),
      ),
  },
};

function countRows(dumps: Record<string, Dump>): Counts {
  const total = (column: string) =>
    rowsOf(dumps, 'model_calls').reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
  const calls = rowsOf(dumps, 'tool_calls');
  return {
    messages: rowsOf(dumps, 'messages').length,
    calls: calls.length,
    results: calls.filter(({ result }) => result !== null).length,
    input: total('input_tokens'),
    output: total('output_tokens'),
    cached: total('cache_read_input_tokens'),
    usd: Number(total('cost_usd').toFixed(6)),
  };
}

describe.skipIf(!logSamples)(`real logs (skipped where ${whyNoSamples})`, () => {
  it.each(Object.keys(formats))(
    '%s: has the messages, calls, results and usage that an independent reading finds',
    async (name) => {
      const { glob, count } = formats[name] ?? { glob: '', count: () => nothing };
      const into = makeTestFolder();
      const samples = findSamples(glob);
      const report = await importLogs(name, samples, { into });
      expect(report.problems).toEqual([]);
      expect(report.skipped).toEqual({});
      const found = add(...samples.map(count));
      expect(countRows(dumpArchives(into))).toEqual({ ...found, usd: Number(found.usd.toFixed(6)) });
    },
  );

  it.each(Object.keys(sums))(
    '%s: has the calls and the usage that an independent reading finds',
    async (name) => {
      const { glob, count } = sums[name] ?? { glob: '', count: () => nothing };
      const samples = findSamples(glob);
      expect(samples).not.toEqual([]);
      const into = makeTestFolder();
      expect((await importLogs(name, samples, { into })).problems).toEqual([]);
      const counts = samples.map(count);
      const keys = Object.keys(counts[0] ?? {}) as (keyof Counts)[];
      const [found, expected] = [countRows(dumpArchives(into)), add(...counts)];
      expect(keys.map((key) => [key, found[key]])).toEqual(keys.map((key) => [key, expected[key]]));
    },
  );
});
