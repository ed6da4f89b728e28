import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { durableFs } from '@varve/core/internal';
import { VarveError } from '@varve/schema';
import { makeTestFolder } from '@varve/testing';
import { expect, it, onTestFinished } from 'vitest';
import { importLogs } from './import-logs.ts';
import { type Dump, dumpArchives, jsonLines } from './testing/dump-archives.ts';

const idOf = (session: number) => `0000000${session}-6a51-4c56-9a4e-3f1d5f0c7a11`;

function line(session: number, n: number) {
  const uuid = `0000000${session}-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const timestamp = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
  const message = { role: 'user', content: `message ${n}` };
  return { type: 'user', uuid, parentUuid: null, sessionId: idOf(session), timestamp, message };
}

function makeLogs(sessions: number): string {
  const from = makeTestFolder();
  for (let session = 0; session < sessions; session++)
    writeFileSync(join(from, `${idOf(session)}.jsonl`), jsonLines(line(session, 1), line(session, 2)));
  return from;
}

function grow(from: string): void {
  for (const [session, name] of readdirSync(from).sort().entries())
    appendFileSync(join(from, name), jsonLines(line(session, 3)));
}

/** Lets the n-th operation on files fail, or it and all after it; tells whether there was one. */
function failNth(n: number, isPersistent: boolean) {
  const originals = { ...durableFs };
  let count = 0;
  for (const [name, original] of Object.entries(originals)) {
    const failing = (...args: unknown[]): unknown => {
      count++;
      if (isPersistent ? count >= n : count === n)
        throw Object.assign(new Error('injected'), { code: 'ENOSPC', syscall: name });
      return (original as (...args: unknown[]) => unknown)(...args);
    };
    Object.assign(durableFs, { [name]: failing });
  }
  const restore = () => {
    Object.assign(durableFs, originals);
  };
  onTestFinished(restore);
  return { restore, hasFailed: () => count >= n };
}

/** Each archive that is there is one of these, whole; returns how many there are. */
function assertEachIsOneOf(into: string, states: readonly Record<string, Dump>[]): void {
  const dumps = existsSync(into) ? dumpArchives(into) : {};
  for (const [id, dump] of Object.entries(dumps))
    expect(states.map((state) => state[id])).toContainEqual(dump);
}

async function wholeOf(from: string): Promise<Record<string, Dump>> {
  const into = makeTestFolder();
  await importLogs('claude-code', from, { into });
  return dumpArchives(into);
}

it.each([
  ['once', false],
  ['from then on', true],
])(
  'leaves each archive as it was or as it will be when the disk fails %s, and then goes on',
  async (_mode, isPersistent) => {
    for (let n = 1; ; n++) {
      const [from, into] = [makeLogs(2), join(makeTestFolder(), 'into')];
      const first = await wholeOf(from);
      const failing = failNth(n, isPersistent);
      const outcome = await importLogs('claude-code', from, { into }).catch((error: unknown) => error);
      failing.restore();
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(VarveError);
      assertEachIsOneOf(into, [first]);
      await importLogs('claude-code', from, { into });
      expect(dumpArchives(into)).toEqual(first);
      grow(from);
      const second = await wholeOf(from);
      const failingAgain = failNth(n, isPersistent);
      await importLogs('claude-code', from, { into }).catch(() => {});
      failingAgain.restore();
      assertEachIsOneOf(into, [first, second]);
      expect(Object.keys(dumpArchives(into))).toEqual(Object.keys(first));
      expect((await importLogs('claude-code', from, { into })).problems).toEqual([]);
      expect(dumpArchives(into)).toEqual(second);
      expect(readdirSync(into).filter((name) => /creating|sealing|upgrading/.test(name))).toEqual([]);
      if (!failing.hasFailed() && !failingAgain.hasFailed()) {
        expect(n).toBeGreaterThan(8);
        return;
      }
    }
  },
);

const program = fileURLToPath(new URL('./testing/import-program.ts', import.meta.url));
const rounds = process.env.VARVE_DEEP ? 60 : 3;

it('leaves each archive as it was or as it will be when it is killed, and then goes on', async () => {
  for (let round = 0; round < rounds; round++) {
    const [from, into] = [makeLogs(8), makeTestFolder()];
    const first = await wholeOf(from);
    if (round % 2 === 1) await importLogs('claude-code', from, { into });
    if (round % 2 === 1) grow(from);
    const second = await wholeOf(from);
    mkdirSync(into, { recursive: true });
    const child = spawn(process.execPath, ['--conditions=@varve/source', program, from, into], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), ended]);
    await setTimeout((round * 17) % 60);
    child.kill('SIGKILL');
    await ended;
    assertEachIsOneOf(into, [first, second]);
    expect((await importLogs('claude-code', from, { into })).problems).toEqual([]);
    expect(dumpArchives(into)).toEqual(second);
  }
}, 300_000);
