import { randomUUID } from 'node:crypto';
import { type SessionKey, type SessionStoreEntry, VarveSessionStore } from '@varve/claude-agent';
import { makeBenchDir } from '../bench-files.ts';
import { comparePerStep } from '../per-step.ts';
import { printTitle } from '../report.ts';

/** What the Claude Agent SDK waits for when it hands a turn's entries over. */
export async function run(): Promise<void> {
  printTitle('Claude Agent: turns of three entries each, stored turn by turn');
  const memory = new Map<string, string[]>();
  const varve = new VarveSessionStore({ dir: makeBenchDir() });
  const contestants = (turns: number) => [
    { name: 'nothing stored', run: () => store(turns, async () => {}) },
    {
      name: 'kept in memory as JSON',
      run: () =>
        store(turns, async ({ sessionId }, entries) => {
          const kept = memory.get(sessionId) ?? [];
          memory.set(sessionId, kept);
          kept.push(...entries.map((entry) => JSON.stringify(entry)));
        }),
    },
    {
      name: 'VarveSessionStore, forced to the disk aside',
      run: () => store(turns, (key, entries) => varve.append(key, entries)),
    },
  ];
  await comparePerStep('Claude Agent, its transcript', contestants, {
    rounds: 30,
    prepare: () => void varve.sealAll(),
  });
  varve.sealAll();
}

async function store(
  turns: number,
  append: (key: SessionKey, entries: SessionStoreEntry[]) => Promise<void>,
): Promise<void> {
  const key = { projectKey: 'bench', sessionId: randomUUID() };
  for (let at = 0; at < turns; at++) {
    const usage = { input_tokens: 10, output_tokens: 5 };
    const content = [{ type: 'tool_use', id: `t${at}`, name: 'Read', input: { file_path: `/src/${at}.ts` } }];
    const text = `line ${at}\n`.repeat(60);
    const result = [{ type: 'tool_result', tool_use_id: `t${at}`, content: text }];
    await append(key, [
      entry(key, 'assistant', { id: `m${at}`, role: 'assistant', model: 'scripted', content, usage }),
      entry(key, 'user', { role: 'user', content: result }, { toolUseResult: { stdout: text } }),
      entry(key, 'assistant', { id: `n${at}`, role: 'assistant', model: 'scripted', content: [], usage }),
    ]);
  }
}

function entry(
  { sessionId }: SessionKey,
  type: string,
  message: object,
  more: object = {},
): SessionStoreEntry {
  const timestamp = new Date().toISOString();
  return { type, uuid: randomUUID(), timestamp, sessionId, message, ...more } as SessionStoreEntry;
}
