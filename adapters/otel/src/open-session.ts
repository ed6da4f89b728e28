import type { CreatedSession, Redact } from '@varve/core';
import { redactRow } from '@varve/core/internal';
import { eq } from 'drizzle-orm';
import { SpanRows, type StandardTables } from './span-rows.ts';

type Facts = Readonly<Record<string, unknown>>;

/** What is known of a session that is open. */
export class OpenSession {
  readonly rows: SpanRows;
  readonly traces = new Set<string>();
  readonly names = new Set<string>();
  readonly spans = new Set<string>();
  readonly underWay = new Set<string>();
  timer: NodeJS.Timeout | undefined;
  hasFailed = false;
  readonly #live: CreatedSession<StandardTables>;
  readonly #tables: StandardTables;
  readonly #redact: Redact | undefined;
  /** What its row lacks, or has from elsewhere until a span tells it. */
  readonly #unknown: Set<string>;

  constructor(parts: {
    readonly live: CreatedSession<StandardTables>;
    readonly tables: StandardTables;
    readonly redact: Redact | undefined;
    readonly told: Facts;
  }) {
    this.#live = parts.live;
    this.#tables = parts.tables;
    this.#redact = parts.redact;
    this.rows = new SpanRows(parts.live, parts.tables);
    this.#unknown = new Set(learnable.filter((key) => parts.told[key] === undefined));
  }

  /** Completes the session's row by what a later span tells. */
  learn(facts: Facts): void {
    const news = Object.entries(facts).filter(([key, value]) => this.#unknown.has(key) && value);
    if (news.length === 0) return;
    for (const [key] of news) this.#unknown.delete(key);
    const values = Object.fromEntries(news);
    const left = this.#redact ? redactRow(this.#redact, 'sessions', values) : values;
    const { sessions } = this.#tables;
    this.#live.db.update(sessions).set(left).where(eq(sessions.id, this.#live.id)).run();
  }
}

const learnable = ['agentName', 'agentVersion', 'conversationId', 'providerName', 'requestModel'];
