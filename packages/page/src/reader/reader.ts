import { setTimeout as pause } from 'node:timers/promises';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { AskEvent, Cell, SessionRow, Snippet } from '../api/index.ts';
import { askApart } from '../ask/index.ts';
import { CatalogKeeper } from '../catalog/index.ts';
import { readDetail } from '../reading/index.ts';
import { findSearch, readSnippet, splitWords, type TextSearch } from '../search/index.ts';
import { withSession } from '../serve/index.ts';
import { findSource, type HeadTable, parseSessionKey, type SessionSource } from '../sources/index.ts';

export interface QueryLimits {
  readonly rowLimit: number;
  readonly byteLimit: number;
  readonly timeLimitMs: number;
  readonly signal: AbortSignal;
}

export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Why there may be more rows. */
  readonly cut: 'rows' | 'bytes' | null;
  /** Archives that could not be read. */
  readonly problems: number;
}

export interface FoundSession {
  readonly session: SessionRow;
  readonly snippet: Snippet | null;
}

/** What an answer rests on when not all files are read in time. */
export interface Progress {
  readonly read: number;
  readonly total: number;
}

/** What the page answers, without a server: for what speaks another protocol. Nothing is written. */
export class Reader {
  readonly #source: SessionSource;
  readonly #keeper: CatalogKeeper;
  readonly #search: TextSearch;

  constructor(where: readonly string[], lineage: Lineage | undefined) {
    this.#source = findSource(where, lineage);
    this.#keeper = new CatalogKeeper(this.#source);
    this.#search = findSearch(this.#source, this.#keeper, () => this.#keeper.tell());
    this.#keeper.start();
  }

  get kind(): SessionSource['kind'] {
    return this.#source.kind;
  }

  get tables(): readonly HeadTable[] {
    return this.#source.shape.tables;
  }

  /** The table of sessions at head, where the names of the tables tell which it is. */
  get sessionsTable(): string | undefined {
    return this.#source.shape.sessions?.name;
  }

  /** One SELECT, in a process of its own that is killed when its time is over. @throws the codes of `runQuery` */
  async query(sql: string, { rowLimit, byteLimit, timeLimitMs, signal }: QueryLimits): Promise<QueryAnswer> {
    const { kind, where, lineage } = this.#source;
    const events: AskEvent[] = [];
    await askApart(
      { sql, kind, where, rowLimit, byteLimit, lineage: lineage && { ...lineage, tables: {} } },
      { signal, timeLimitMs, onEvent: (event) => events.push(event) },
    );
    return toAnswer(events);
  }

  /** The sessions, the newest first, as far as they are read when the time is over. */
  async list(limit: number, timeLimitMs: number): Promise<{ total: number; rows: SessionRow[] }> {
    await this.#until(() => this.#isRead(), timeLimitMs);
    const list = () => this.#keeper.catalog.list({ sort: '-started' }, 0, limit);
    const unread = list().rows.filter(({ isRead, code }) => !isRead && code === null);
    const read = this.#keeper.readNow(unread.map(({ key }) => parseSessionKey(key).file));
    if (read) await Promise.race([read, pause(timeLimitMs, undefined, { ref: false })]);
    return list();
  }

  /** The sessions in which all words stand. @throws SQL_FAILED */
  async search(
    words: string,
    limit: number,
    timeLimitMs: number,
  ): Promise<{ found: FoundSession[]; indexed: Progress | null }> {
    if (splitWords(words).length === 0) return { found: [], indexed: null };
    const endMs = performance.now() + timeLimitMs;
    this.#search.find(words, 1);
    await this.#until(() => this.#isRead() && this.#isIndexed(), endMs - performance.now());
    const files = this.#search.find(words, limit);
    const terms = splitWords(words);
    const found: FoundSession[] = [];
    for (const { file: key, snippet } of files) {
      const file = this.#keeper.catalog.file(key);
      const session = this.#keeper.catalog.findFile(key);
      if (!file || !session) continue;
      found.push({ session, snippet: snippet ?? (await readSnippet(this.#source, file, terms)) ?? null });
    }
    return { found, indexed: this.#isIndexed() ? null : this.#search.progress() };
  }

  /** One session by its id or its key: its row, its steps, and how its file is read. @throws PAGE_NOT_FOUND */
  async show(name: string, timeLimitMs: number): Promise<ReturnType<typeof readDetail> & { path: string }> {
    const { catalog } = this.#keeper;
    const find = () => catalog.findSession(name)[0]?.key;
    if (!catalog.file(name.split('.')[0] ?? '')) {
      await this.#until(() => find() !== undefined || this.#isRead(), timeLimitMs);
    }
    const context = { source: this.#source, keeper: this.#keeper, search: this.#search };
    return withSession(context, find() ?? name, (session) => ({
      path: session.file.path,
      ...readDetail(session, this.#source, session.sessionId),
    }));
  }

  close(): void {
    this.#keeper.stop();
    this.#search.close();
    this.#source.close();
  }

  /** Of what is remote only what is looked at is read. */
  #isRead(): boolean {
    return this.#keeper.isWalked && this.#keeper.left === 0;
  }

  #isIndexed(): boolean {
    const progress = this.#search.progress();
    return !progress || progress.read >= progress.total;
  }

  /** Waits for what comes of reading the files, until the time is over. */
  async #until(isReached: () => boolean, timeLimitMs: number): Promise<void> {
    if (isReached()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeLimitMs);
    const stop = this.#keeper.onChange(() => isReached() && resolve());
    await promise;
    clearTimeout(timer);
    stop();
  }
}

function toAnswer(events: readonly AskEvent[]): QueryAnswer {
  const error = events.find(({ type }) => type === 'error');
  if (error?.type === 'error') {
    throw new VarveError(error.code as VarveError['code'], error.message, { hint: error.hint });
  }
  const done = events.find((event) => event.type === 'done');
  return {
    columns: events.find((event) => event.type === 'columns')?.columns ?? [],
    rows: events.flatMap((event) => (event.type === 'rows' ? event.rows : [])),
    cut: done?.cut ?? null,
    problems: done?.problems ?? 0,
  };
}
