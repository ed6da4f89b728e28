import { expect, it } from 'vitest';
import { inPieces } from './in-pieces.ts';

it('maps a long text as it maps a short one, pairs of surrogates at the seams too', () => {
  const escaped = (text: string) => inPieces(text, (piece) => piece.replace(/\n/g, '\\n'));
  expect(escaped('a\nb')).toBe('a\\nb');
  for (const lead of ['', 'x']) {
    const text = `${lead}${'😀\n'.repeat(100_000)}`;
    expect(escaped(text)).toBe(text.replaceAll('\n', '\\n'));
  }
});
