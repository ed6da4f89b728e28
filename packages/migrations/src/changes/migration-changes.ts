import { identifierOf, keywordOf, nameAt, type SqlStatement, type SqlToken } from '../sql/index.ts';

/** Words between INSERT, DELETE or UPDATE and the table they name. */
const beforeTarget = new Set(['INSERT', 'REPLACE', 'DELETE', 'UPDATE', 'INTO', 'FROM', 'OR']);
const conflictWords = new Set(['ABORT', 'FAIL', 'IGNORE', 'REPLACE', 'ROLLBACK']);
const rowFilters = new Set(['WHERE', 'LIMIT', 'DISTINCT', 'GROUP', 'JOIN', 'OR']);

/** What became of each table of one migration's start: its new name, its columns' new names, whether rows went. */
export class MigrationChanges {
  /** By the name at the start: the name by now, undefined once dropped. */
  readonly #names = new Map<string, string | undefined>();
  readonly #columns = new Map<string, string>();
  readonly #thinned = new Set<string>();
  /** By the table that was filled: the one, by its name at the start, whose every row went into it. */
  readonly #copies = new Map<string, string>();

  constructor(statements: readonly SqlStatement[]) {
    for (const { tokens } of statements) this.#read(tokens, tokens.map(keywordOf));
  }

  /** The name a table ends with; undefined when it is dropped. */
  tableAfter(table: string): string | undefined {
    return this.#names.has(table) ? this.#names.get(table) : table;
  }

  columnAfter(table: string, column: string): string {
    return this.#columns.get(`${table}.${column}`) ?? column;
  }

  /** True when rows of the table may be gone afterwards. */
  losesRows(table: string): boolean {
    return this.#thinned.has(table);
  }

  #read(tokens: readonly SqlToken[], words: readonly string[]): void {
    const [first, second, third] = words;
    const resolvesConflicts = second === 'OR' && (first === 'UPDATE' || third === 'REPLACE');
    if (first === 'DELETE' || first === 'REPLACE' || resolvesConflicts) {
      this.#thinned.add(this.#atStart(targetOf(tokens, words)));
    } else if (first === 'INSERT') this.#insert(tokens, words);
    else if (first === 'DROP' && second === 'TABLE')
      this.#names.set(this.#atStart(lower(nameAt(tokens, 2))), undefined);
    else if (first === 'ALTER' && words.includes('RENAME')) this.#rename(tokens, words);
  }

  #insert(tokens: readonly SqlToken[], words: readonly string[]): void {
    const from = words.indexOf('FROM');
    if (from === -1 || words.some((word) => rowFilters.has(word))) return;
    this.#copies.set(targetOf(tokens, words), this.#atStart(lower(nameAt(tokens, from + 1))));
  }

  #rename(tokens: readonly SqlToken[], words: readonly string[]): void {
    const table = lower(nameAt(tokens, 2));
    const to = lower(identifierOf(tokens.at(-1)));
    if (words.at(-3) !== 'RENAME') {
      this.#columns.set(`${this.#atStart(table)}.${lower(identifierOf(tokens.at(-3)))}`, to);
      return;
    }
    const isRebuild = this.#names.has(to) && this.#names.get(to) === undefined;
    this.#names.set(isRebuild ? to : this.#atStart(table), to);
    if (isRebuild && this.#copies.get(table) !== to) this.#thinned.add(to);
  }

  #atStart(name: string): string {
    return [...this.#names].find(([, now]) => now === name)?.[0] ?? name;
  }
}

function targetOf(tokens: readonly SqlToken[], words: readonly string[]): string {
  const at = words.findIndex((word, place) => {
    return !beforeTarget.has(word) && !(words[place - 1] === 'OR' && conflictWords.has(word));
  });
  return lower(nameAt(tokens, at));
}

function lower(name: string | undefined): string {
  return name?.toLowerCase() ?? '';
}
