import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { dumpArchives, jsonLines } from '../testing/dump-archives.ts';

const numRuns = process.env.VARVE_DEEP ? 200 : 12;
const attribute = ([key, value]: [string, unknown]) => ({ key, value: { stringValue: String(value) } });

interface Span {
  readonly trace: number;
  readonly at: number;
  readonly conversation?: number | undefined;
  readonly isTool?: boolean;
}

/** A line an export, as a collector's file exporter appends them. */
function lineOf({ trace, at, conversation, isTool = false }: Span): object {
  const ask = { role: 'user', parts: [{ type: 'text', content: `ask ${trace}` }] };
  const call = { role: 'assistant', parts: [{ type: 'tool_call', id: `c${trace}`, name: 'f' }] };
  const attributes = isTool
    ? { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'f', 'gen_ai.tool.call.id': `c${trace}` }
    : {
        'gen_ai.operation.name': 'chat',
        'gen_ai.input.messages': JSON.stringify([ask]),
        'gen_ai.output.messages': JSON.stringify([call]),
      };
  const named =
    conversation === undefined ? {} : { 'gen_ai.conversation.id': `conversation ${conversation}` };
  const span = {
    traceId: `t${trace}`,
    spanId: `s${at}`,
    startTimeUnixNano: `${1_767_225_600_000 + at}000000`,
    attributes: Object.entries({ ...attributes, ...named }).map(attribute),
  };
  return { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
}

async function dumpWhole(from: string) {
  const whole = makeTestFolder();
  await importLogs('otlp', from, { into: whole });
  return dumpArchives(whole);
}

describe('a log of otlp that grew', () => {
  it('is read from where it ended, and changes only the sessions that it tells more of', async () => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const path = join(from, 'traces.jsonl');
    const before = [
      { trace: 1, at: 1, conversation: 1 },
      { trace: 2, at: 2, conversation: 2 },
      { trace: 3, at: 3 },
      { trace: 4, at: 4 },
    ];
    writeFileSync(path, jsonLines(...before.map(lineOf)));
    expect(await importLogs('otlp', from, { into })).toMatchObject({ added: 4 });
    const more = [
      { trace: 1, at: 5, isTool: true },
      { trace: 3, at: 6, conversation: 3 },
      { trace: 5, at: 7 },
    ];
    appendFileSync(path, jsonLines(...more.map(lineOf)));
    const report = await importLogs('otlp', from, { into });
    expect(report).toMatchObject({ records: 3, added: 2, changed: 1, unchanged: 2, problems: [] });
    expect(dumpArchives(into)).toEqual(await dumpWhole(from));
    expect(await importLogs('otlp', from, { into })).toMatchObject({ records: 0, unchanged: 5 });
  });

  const spans = fc.array(
    fc.record({
      trace: fc.nat(3),
      conversation: fc.option(fc.nat(2), { nil: undefined }),
      isTool: fc.boolean(),
      log: fc.nat(3),
      isTwice: fc.boolean(),
    }),
    { minLength: 2, maxLength: 12 },
  );

  const plain = <T>(it: T) => ({ ...it, isTool: false, isTwice: false });
  /** The log that is read first names the conversation of a trace when the other one has been read. */
  const namedBefore = [
    { trace: 0, conversation: undefined, log: 0 },
    { trace: 1, conversation: undefined, log: 3 },
    { trace: 1, conversation: 1, log: 3 },
    { trace: 1, conversation: 2, log: 0 },
  ].map(plain);
  /** What the last log has more of is of a session that the first one has told of. */
  const inBoth = [
    { trace: 0, conversation: 0, log: 3 },
    { trace: 1, conversation: undefined, log: 0 },
    { trace: 0, conversation: undefined, log: 0 },
  ].map(plain);

  /** Two logs that begin in the same millisecond, of which now one is larger, now the other. */
  const begunAtOnce = [
    { trace: 0, conversation: 0, log: 0 },
    { trace: 0, conversation: undefined, log: 3, isTwice: true },
    { trace: 0, conversation: 2, log: 0 },
    { trace: 1, conversation: 2, log: 3 },
    { trace: 0, conversation: undefined, log: 0 },
    { trace: 0, conversation: undefined, log: 3 },
    { trace: 0, conversation: undefined, log: 3 },
  ].map((it) => ({ isTwice: false, ...it, isTool: false }));

  it('gives what the whole gives, whichever of several logs grew, and wherever a conversation is named', async () => {
    await fc.assert(
      fc.asyncProperty(spans, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), async (moves, cuts) => {
        const [from, into] = [makeTestFolder(), makeTestFolder()];
        const stops = new Set(cuts.map((cut) => cut % moves.length));
        for (const [at, { log, isTwice, ...span }] of moves.entries()) {
          // One log most often: what two of them tell of one session is read whole.
          appendFileSync(
            join(from, `${log === 3 ? 'b' : 'a'}.jsonl`),
            jsonLines(lineOf({ ...span, at: isTwice ? Math.max(0, at - 1) : at })),
          );
          if (stops.has(at) || at === moves.length - 1) await importLogs('otlp', from, { into });
        }
        expect(dumpArchives(into)).toEqual(await dumpWhole(from));
      }),
      {
        numRuns,
        examples: [
          [namedBefore, [2]],
          [inBoth, [1]],
          [begunAtOnce, [3]],
        ],
      },
    );
  }, 600_000);
});
