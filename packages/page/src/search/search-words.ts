import type { Snippet } from '../api/index.ts';

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

/** The words around the first place where one of the terms stands; undefined where none does. */
export function cutSnippet(text: string, terms: readonly string[]): Snippet | undefined {
  const low = text.toLowerCase();
  for (const term of terms) {
    const at = low.indexOf(term.toLowerCase());
    if (at < 0) continue;
    const [start, end] = [Math.max(0, at - around), at + term.length];
    return readable({
      before: `${start > 0 ? '…' : ''}${text.slice(start, at)}`,
      hit: text.slice(at, end),
      after: `${text.slice(end, end + around)}${end + around < text.length ? '…' : ''}`,
    });
  }
  return undefined;
}

/** A snippet of FTS5, in which each hit stands in brackets, as other things may. */
export function splitSnippet(text: string, terms: readonly string[]): Snippet {
  const low = text.toLowerCase();
  const at =
    terms.map((term) => low.indexOf(`[${term.toLowerCase()}`)).find((it) => it >= 0) ?? low.indexOf('[');
  const end = text.indexOf(']', at);
  if (at < 0 || end < 0) return { before: text, hit: '', after: '' };
  return readable({ before: text.slice(0, at), hit: text.slice(at + 1, end), after: text.slice(end + 1) });
}

/** Without what JSON puts around texts. */
function readable({ before, hit, after }: Snippet): Snippet {
  return { before: plain(before), hit, after: plain(after) };
}

function plain(text: string): string {
  return text.replaceAll(/\[?\{"type":"[\w.]+","content":"|"\}\]?|\\n/g, ' ').replaceAll(/\s+/g, ' ');
}
