import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { textWidth } from './text-width.ts';

it.each([
  'plain',
  '',
  '█████ …',
  'Grüße, naïve',
  'e\u0301 combined',
  '日本語のテキスト',
  '中文，标点。',
  '한국어',
  'ﾊﾝｶｸ ＦＵＬＬ',
  'Ελληνικά и кириллица',
  'العربية',
  'हिन्दी',
  '👍 👩‍👩‍👧 🇩🇪 ✈️ ☺',
  'a\u200bb\u2060c',
])('takes as many columns of a terminal for %j as string-width says', (text) => {
  expect(textWidth(text)).toBe(stringWidth(text));
});
