import { describe, expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { importFiles } from '../testing/import-files.ts';

describe('openai-chat', () => {
  it('reads sets of several shapes, with the fields where it is told that they are', async () => {
    const { dumps, report } = await importFiles(
      'openai-chat',
      {
        'set.jsonl': jsonLines(
          {
            meta: { key: 'k1' },
            talk: JSON.stringify([
              {
                role: 'user',
                content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
              },
            ]),
          },
          { meta: { key: 'k1' }, talk: [{ from: 'human', value: 'x' }] },
          { meta: {} },
        ),
      },
      { fields: { messages: 'talk', id: 'meta.key' } },
    );
    expect(Object.keys(dumps).sort()).toEqual(['k1', 'k1-2']);
    expect(JSON.parse(String(dumps.k1?.messages[0]?.parts))).toEqual([
      { type: 'blob', mime_type: 'image/png', content: 'AAAA', modality: 'image' },
    ]);
    expect(report.skipped).toEqual({ 'without messages': 1 });
  });

  it.each(['', '\n\r\n  \n'])('reads lines of which the first is a list, behind %j', async (blank) => {
    const line = jsonLines({ id: 'k', messages: [{ role: 'user', content: 'hi' }] });
    const { dumps } = await importFiles('openai-chat', { 'set.jsonl': `${blank}[1]\n${line}` });
    expect(dumps.k?.messages).toHaveLength(1);
  });
});
