import { expect, it } from 'vitest';
import { rowsOf } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

const messages = '[{"role":"user","content":"is it NaN?"},{"role":"assistant","content":"\\"Infinity\\""}]';

it.each([
  ['lines', 'set.jsonl', `{"id":"a","messages":${messages},"reward":[NaN]}\n`],
  ['an array', 'set.json', `[\n {"id":"a","messages":${messages},"reward":[-Infinity]}]`],
  ['a document', 'set.json', `{\n "id": "a",\n "messages": ${messages},\n "reward": [Infinity]\n}\n`],
])(
  'reads records with numbers that JSON has no word for, as Python writes them: %s',
  async (_how, name, text) => {
    const { report, dumps } = await importFiles('auto', { [name]: text });
    expect(report).toMatchObject({ added: 1, records: 1, skipped: {}, passedOver: {} });
    const parts = rowsOf(dumps, 'messages').map((row) => JSON.parse(String(row.parts))[0].content);
    expect(parts).toEqual(['is it NaN?', '"Infinity"']);
    const metadata = JSON.parse(String(rowsOf(dumps, 'sessions')[0]?.metadata));
    expect(metadata.reward).toEqual([null]);
  },
);

it('writes no text into a column of JSON that is none', async () => {
  const base = { sessionId: 's', timestamp: '2026-01-01T00:00:00Z' };
  const call = { type: 'tool_use', id: 't', name: 'run', input: {} };
  const result = { type: 'tool_result', tool_use_id: 't', content: 'ok' };
  const lines = [
    { ...base, type: 'assistant', uuid: 'a', message: { role: 'assistant', id: 'm', content: [call] } },
    {
      ...base,
      type: 'user',
      uuid: 'b',
      message: { role: 'user', content: [result] },
      toolUseResult: { n: 'N' },
    },
  ];
  const text = lines.map((line) => JSON.stringify(line).replace('"N"', 'NaN')).join('\n');
  const { report, dumps } = await importFiles('claude-code', { 'log.jsonl': text });
  expect(report).toMatchObject({ added: 1, records: 2, skipped: {} });
  expect(rowsOf(dumps, 'tool_calls')).toMatchObject([{ tool_call_id: 't', status: 'ok', result: '"ok"' }]);
  for (const row of [...rowsOf(dumps, 'tool_calls'), ...rowsOf(dumps, 'messages')])
    expect(() => JSON.parse(String(row.metadata))).not.toThrow();
});
