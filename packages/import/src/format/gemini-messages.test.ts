import { queryObjects } from 'node:v8';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Shelf } from '../archive/index.ts';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';
import { GeminiMessages } from './gemini-messages.ts';

class Message {
  readonly [key: string]: unknown;
  readonly content = 'said';
}

it('holds few messages of a long session, and has them all', () => {
  const messages = new GeminiMessages();
  const ids = Array.from({ length: 1000 }, (_, n) => `message ${n}`);
  for (const id of ids) messages.set(id, new Message(), 1 << 18);
  expect(queryObjects(Message, { format: 'count' })).toBeLessThan(100);
  expect([...messages.ids()]).toEqual(ids);
  for (const id of ids) expect(messages.get(id)).toEqual({ content: 'said' });
  messages.set('message 3', { content: 'told again' }, 1 << 24);
  expect(messages.get('message 3')).toEqual({ content: 'told again' });
  expect([...messages.ids()]).toEqual(ids);
  messages.close();
});

it('a session that is too long for the memory has its messages in their order, as they were told last', async () => {
  const count = 120;
  const [put, close] = [vi.spyOn(Shelf.prototype, 'put'), vi.spyOn(Shelf.prototype, 'close')];
  onTestFinished(() => void vi.restoreAllMocks());
  const long = (what: string, n: number) => `${what} ${n} `.padEnd(100_000, '.');
  const message = (n: number, content: string) => ({ id: `m${n}`, type: 'user', content, timestamp: at(n) });
  const numbers = Array.from({ length: count }, (_, n) => n);
  const { dumps, report } = await importFiles('gemini-cli', {
    'session-1.jsonl': jsonLines(
      { sessionId: 'g', projectHash: 'h', startTime: at(0), lastUpdated: at(0), kind: 'main' },
      ...numbers.map((n) => message(n, long('first', n))),
      message(3, 'told again'),
    ),
  });
  const texts = dumps.g?.messages.map(({ parts }) => JSON.parse(String(parts))[0].content);
  expect(texts).toEqual(numbers.map((n) => (n === 3 ? 'told again' : long('first', n))));
  expect(report.skipped).toEqual({ 'told again later': 1 });
  expect(put).toHaveBeenCalled();
  expect(close).toHaveBeenCalledTimes(1);
});
