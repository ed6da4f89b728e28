import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldTexts, unfoldTexts } from './fold-texts.ts';

const long = 'A text that is long enough to stand in one place only.';

it('keeps a long text in the parts alone', () => {
  const parts = [{ type: 'tool_call_response', response: { stdout: long } }];
  const folded = foldTexts({ content: long, lines: [long] }, parts);
  expect(JSON.stringify(folded)).not.toContain('long enough');
  expect(unfoldTexts(folded, parts)).toEqual({ content: long, lines: [long] });
});

it('gives back any JSON as it was, also what looks like its own words', () => {
  const text = fc.constantFrom(long, 'short', '$part');
  const leaf = fc.oneof(
    text,
    fc.integer(),
    fc.constant({ $part: [0, 'content'] }),
    fc.constant({ $bytes: 'AA==' }),
  );
  const value = fc.dictionary(fc.constantFrom('a', 'content', '$part'), fc.oneof(leaf, fc.array(leaf)));
  const parts = [{ type: 'text', content: long }];
  const isSame = fc.property(value, (it) => {
    expect(unfoldTexts(foldTexts(it, parts), parts)).toEqual({ ...it });
  });
  fc.assert(isSame);
});
