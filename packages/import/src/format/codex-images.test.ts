import { expect, it } from 'vitest';
import { jsonLines } from '../testing/dump-archives.ts';
import { at, importFiles } from '../testing/import-files.ts';

const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
const text = (said: string) => ({ type: 'input_text', text: said });
const shapes: readonly (readonly [string, readonly object[], string])[] = [
  ['behind its text', [text('what is it?'), image], 'what is it?'],
  ['between marks', [text('<image name=[Image #1]>'), image, text('</image>'), text('this?')], 'this?'],
  ['alone', [image], ''],
];

it.each(shapes)(
  'a question with an image %s is told once, though an event repeats it',
  async (_where, content, message) => {
    const line = (second: number, type: string, payload: object) => ({
      timestamp: at(second),
      type,
      payload,
    });
    const meta = line(0, 'session_meta', { id: 'a', timestamp: at(0), cwd: '/work', cli_version: '0.80.0' });
    const item = line(1, 'response_item', { type: 'message', role: 'user', content });
    const event = line(1, 'event_msg', { type: 'user_message', message, images: [image.image_url] });
    for (const lines of [
      [meta, item, event],
      [meta, event, item],
    ]) {
      const { dumps, report } = await importFiles('codex', { 'rollout-a.jsonl': jsonLines(...lines) });
      expect(dumps.a?.messages).toHaveLength(1);
      expect(Object.values(report.skipped)).toEqual([1]);
    }
  },
);
