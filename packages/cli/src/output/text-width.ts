/** How many columns of a terminal a text takes. What is written in ASCII, as nearly all is, needs none of Unicode's tables. */
export function textWidth(text: string): number {
  return /^[ -~█…]*$/.test(text) ? text.length : graphemeWidths(text);
}

/** Made for who needs them: together they take as long as starting Node.js. */
let tables: { segmenter: Intl.Segmenter; ignored: RegExp; wide: RegExp; spacing: RegExp } | undefined;

/** Source: https://www.unicode.org/reports/tr11/ */
function graphemeWidths(text: string): number {
  tables ??= {
    segmenter: new Intl.Segmenter(),
    ignored: /^[\p{Control}\p{Mark}\p{Format}\p{Surrogate}\p{Default_Ignorable_Code_Point}]*$/u,
    wide: /^(\p{Emoji_Presentation}|.\ufe0f|[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Bopomofo}\p{sc=Yi}\p{sc=Tangut}\p{sc=Nushu}\u3000-\u303e\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6])/u,
    spacing: /\p{Spacing_Mark}/gu,
  };
  let width = 0;
  for (const { segment } of tables.segmenter.segment(text)) {
    if (tables.ignored.test(segment)) continue;
    width += tables.wide.test(segment) && !/^[\uff61-\uffdc]/.test(segment) ? 2 : 1;
    width += segment.match(tables.spacing)?.length ?? 0;
  }
  return width;
}
