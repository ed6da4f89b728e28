import { describe, expect, it } from 'vitest';
import { lineTexts } from './claude-line.ts';
import type { JsonObject } from './json-access.ts';

const said = 'a "quoted" text,\nwith → and , and {"content":"x","b":1},';
const block = { tool_use_id: 'call-1', type: 'tool_result', content: said, is_error: false };
const record = {
  parentUuid: 'ö',
  type: 'user',
  message: { role: 'user', content: [block] },
  uuid: 'u',
  toolUseResult: { file: { content: said }, toolUseResult: { a: 1 } },
  sourceToolAssistantUUID: 'v',
};

describe('lineTexts', () => {
  it('cuts the content and the result of a tool out of a line as they stand there', () => {
    expect(textsOf(record)).toEqual({
      content: JSON.stringify(said),
      toolUseResult: JSON.stringify(record.toolUseResult),
    });
    const { toolUseResult: _result, ...without } = record;
    expect(textsOf(without)).toEqual({ content: JSON.stringify(said), toolUseResult: undefined });
  });

  it('cuts out nothing of which it cannot tell where it stands', () => {
    const text = JSON.stringify(record);
    const twice = text.replace('"is_error":false', '"is_error":true,"is_error":false');
    expect(textsOf(record, twice).content).toBeUndefined();
    expect(textsOf(record, JSON.stringify(record, null, 1)).content).toBeUndefined();
    expect(textsOf(record, text.replace('"content":"a', '"content":"b","content":"a')).content).toBe(
      undefined,
    );
    const { toolUseResult, ...rest } = record;
    const turned = { toolUseResult, ...rest };
    expect(textsOf(turned)).toEqual({ content: undefined, toolUseResult: undefined });
  });
});

function textsOf(value: JsonObject, line = JSON.stringify(value)) {
  const parsed = JSON.parse(line);
  const { content, toolUseResult } = lineTexts(parsed, parsed.message.content[0], Buffer.from(line));
  return { content: content?.toString(), toolUseResult: toolUseResult?.toString() };
}
