import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLogs } from './import-logs.ts';
import { dumpArchives, jsonLines } from './testing/dump-archives.ts';
import { logKits } from './testing/kits/index.ts';

const deepMs = 600_000;
const numRuns = process.env.VARVE_DEEP ? 200 : 20;
const continued = logKits.filter(({ name }) => ['claude-code', 'codex', 'pi'].includes(name));

describe.each(continued.map((kit) => [kit.name, kit] as const))('a log of %s that grew', (_name, kit) => {
  const setUp = (moves: readonly string[]) => {
    const [from, into] = [makeTestFolder(), makeTestFolder()];
    const [[name, text] = ['', '']] = Object.entries(kit.make(moves).files);
    const log = join(from, name);
    mkdirSync(dirname(log), { recursive: true });
    return { from, into, log, text: String(text) };
  };

  it('is read from where it ended, and gives what the whole gives', async () => {
    const { from, into, log, text } = setUp(['ask', 'call', 'result', 'answer', 'ask', 'call', 'result']);
    const lines = text.trimEnd().split('\n');
    const half = `${lines.slice(0, 4).join('\n')}\n`;
    writeFileSync(log, half);
    await importLogs(kit.format, from, { into });
    appendFileSync(log, text.slice(half.length));
    const report = await importLogs(kit.format, from, { into });
    expect(report).toMatchObject({
      changed: 1,
      records: lines.length - 4,
      sizeBytes: Buffer.byteLength(text) - Buffer.byteLength(half),
    });
    const whole = makeTestFolder();
    await importLogs(kit.format, from, { into: whole });
    expect(dumpArchives(into)).toEqual(dumpArchives(whole));
  });

  it('is read anew where what stood before is another, or its archive is', async () => {
    const { from, into, log, text } = setUp(['ask', 'call', 'result', 'answer']);
    writeFileSync(log, text);
    await importLogs(kit.format, from, { into });
    const rewritten = text.replaceAll('/work', '/home');
    writeFileSync(log, `${rewritten}{}\n`);
    const lines = text.trimEnd().split('\n').length;
    expect(await importLogs(kit.format, from, { into })).toMatchObject({ changed: 1, records: lines + 1 });
    const whole = makeTestFolder();
    await importLogs(kit.format, from, { into: whole });
    expect(dumpArchives(into)).toEqual(dumpArchives(whole));
    for (const name of Object.keys(dumpArchives(into))) rmSync(join(into, `${name}.db`));
    appendFileSync(log, '{}\n');
    expect(await importLogs(kit.format, from, { into })).toMatchObject({ added: 1, records: lines + 2 });
  });
});

const session = '0b5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';
const fork = '1c5f7a1e-6a51-4c56-9a4e-3f1d5f0c7a11';
const uuidOf = (n: number, family = 0) => `0000000${family}-0000-4000-8000-${String(n).padStart(12, '0')}`;

interface Step {
  readonly kind: string;
  readonly n: number;
}

/** What happens in a session, one of its two sub-agents or its fork, in any order, as it is appended to their logs. */
function tell({ kind, n }: Step, at: number, logs: Map<string, string>): void {
  const agent = `a${n % 2}`;
  const line = (more: object) => ({
    uuid: uuidOf(at),
    timestamp: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
    sessionId: session,
    ...more,
  });
  const put = (name: string, value: object) =>
    logs.set(name, (logs.get(name) ?? '') + jsonLines(line(value)));
  const said = (content: unknown) => ({ type: 'user', message: { role: 'user', content } });
  const main = `${session}.jsonl`;
  const own = `${session}/subagents/agent-${agent}.jsonl`;
  if (kind === 'ask') put(main, said(`ask ${n}`));
  else if (kind === 'task') {
    const use = { type: 'tool_use', id: `t${agent}`, name: 'Task', input: { prompt: `do ${agent}` } };
    put(main, { type: 'assistant', message: { id: `m${at}`, model: 'opus', content: [use], usage: {} } });
  } else if (kind === 'result') {
    const block = { type: 'tool_result', tool_use_id: `t${agent}`, content: 'done' };
    put(main, { ...said([block]), toolUseResult: { agentId: agent } });
  } else if (kind === 'agent') put(own, { ...said(`do ${agent}`), isSidechain: true, agentId: agent });
  else {
    const parent = logs.get(main) ?? '';
    const copied = parent.replaceAll(session, fork);
    const before = logs.get(`${fork}.jsonl`) ?? copied;
    logs.set(`${fork}.jsonl`, before);
    put(`${fork}.jsonl`, { ...said(`other ${n}`), sessionId: fork, forkedFrom: { sessionId: session } });
  }
}

const steps = fc.array(
  fc.record({ kind: fc.constantFrom('ask', 'task', 'result', 'agent', 'fork'), n: fc.nat(9) }),
  { minLength: 2, maxLength: 14 },
);

it(
  'gives what the whole gives, whichever log of a family grew, and in whichever order',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), async (moves, cuts) => {
        const [from, into, whole] = [makeTestFolder(), makeTestFolder(), makeTestFolder()];
        const logs = new Map([
          [
            `${session}.jsonl`,
            jsonLines({
              type: 'user',
              uuid: uuidOf(0, 1),
              sessionId: session,
              timestamp: '2026-01-01T00:00:00Z',
              message: { content: 'first' },
            }),
          ],
        ]);
        const stops = new Set(cuts.map((cut) => cut % moves.length));
        for (const [at, move] of moves.entries()) {
          tell(move, at + 1, logs);
          if (!stops.has(at) && at < moves.length - 1) continue;
          for (const [name, text] of logs) {
            mkdirSync(dirname(join(from, name)), { recursive: true });
            const isSame = readOrEmpty(join(from, name)) === text;
            if (!isSame) writeFileSync(join(from, name), text);
          }
          await importLogs('claude-code', from, { into });
        }
        await importLogs('claude-code', from, { into: whole });
        expect(dumpArchives(into)).toEqual(dumpArchives(whole));
      }),
      { numRuns },
    );
  },
  deepMs,
);

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
