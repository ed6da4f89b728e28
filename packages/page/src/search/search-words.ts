/** Words as somebody types them, as FTS5 takes them: all of them, the last as a beginning; phrases stay in quotes. */
export function toMatch(words: string): string {
  const terms = splitWords(words).map((term) => `"${term.replaceAll('"', '""')}"`);
  const isOpen = /[\p{L}\p{N}]$/u.test(words);
  return terms.map((term, at) => (isOpen && at === terms.length - 1 ? `${term} *` : term)).join(' ');
}

/** The phrases in quotes and the words outside of them; none without a letter or digit, for FTS5 would find nothing. */
export function splitWords(words: string): string[] {
  const found = [...words.matchAll(/"([^"]*)"?|(\S+)/g)].map(([, phrase, word]) => phrase ?? word ?? '');
  return found.filter((term) => /[\p{L}\p{N}]/u.test(term));
}

const around = 70;

/** The words around the first place where one of the terms stands, which is put in brackets; undefined where none does. */
export function cutSnippet(text: string, terms: readonly string[]): string | undefined {
  const low = text.toLowerCase();
  for (const term of terms) {
    const at = low.indexOf(term.toLowerCase());
    if (at < 0) continue;
    const start = Math.max(0, at - around);
    const end = at + term.length;
    const before = `${start > 0 ? '…' : ''}${text.slice(start, at)}`;
    const after = `${text.slice(end, end + around)}${end + around < text.length ? '…' : ''}`;
    return `${before}[${text.slice(at, end)}]${after}`.replaceAll(/\s+/g, ' ');
  }
  return undefined;
}
