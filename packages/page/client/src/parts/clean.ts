/**
 * Texts of archives are hostile: what would move, hide or reorder other text is shown as what it is. Control characters
 * (an ANSI escape begins with one) become their pictures, bidi controls and invisible characters their numbers.
 */
export function clean(text: string): string {
  return text.replace(unsafe, show);
}

const unsafe = new RegExp(
  [
    String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]`,
    String.raw`[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`,
  ].join('|'),
  'g',
);

function show(it: string): string {
  const code = it.charCodeAt(0);
  if (code === 13) return '';
  if (code < 32) return String.fromCharCode(0x2400 + code);
  if (code === 127) return '\u2421';
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** On one line. */
export function cleanLine(text: string): string {
  return clean(text.replaceAll(/\s+/g, ' '));
}
