import { hash } from 'node:crypto';
import { openFile, type Statement } from '@varve/migrations/internal';
import type { LoggedEvent } from './otlp-events.ts';
import type { KeptSpan } from './otlp-told.ts';

const tables = `
  PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;
  CREATE TABLE events (id INTEGER PRIMARY KEY, span TEXT, print TEXT, event TEXT, UNIQUE (span, print));
  CREATE TABLE spans (id INTEGER PRIMARY KEY, trace TEXT, span TEXT);
  CREATE INDEX spans_of_trace ON spans (trace);
  BEGIN`;

/** What of OTLP logs has to wait and may be too much for the memory, in a temporary file that is gone when it is closed. */
export class Scratch {
  readonly #sqlite = openFile('');
  readonly #statements = new Map<string, Statement>();

  constructor() {
    this.#sqlite.exec(tables);
  }

  /** The same event of the same span again is not added. */
  addEvent(event: LoggedEvent): void {
    const text = JSON.stringify(event);
    this.#sql('INSERT OR IGNORE INTO events (span, print, event) VALUES (?, ?, ?)').run(
      `${event.traceId} ${event.spanId}`,
      hash('sha256', text, 'base64'),
      text,
    );
  }

  eventsOf(span: string): readonly LoggedEvent[] {
    const texts = this.#sql('SELECT event FROM events WHERE span = ? ORDER BY id').pluck().all(span);
    return texts.map((text) => JSON.parse(String(text)) as LoggedEvent);
  }

  forgetEvents(span: string): void {
    this.#sql('DELETE FROM events WHERE span = ?').run(span);
  }

  /** In the order in which they came. Nothing may be added or forgotten meanwhile. */
  *events(): Generator<LoggedEvent> {
    for (const text of this.#sql('SELECT event FROM events ORDER BY id').pluck().iterate())
      yield JSON.parse(String(text)) as LoggedEvent;
  }

  addSpan(trace: string, span: KeptSpan): void {
    this.#sql('INSERT INTO spans (trace, span) VALUES (?, ?)').run(trace, JSON.stringify(span));
  }

  /** In the order in which they came. Nothing may be added or forgotten meanwhile. */
  *spansOf(trace: string): Generator<KeptSpan> {
    const texts = this.#sql('SELECT span FROM spans WHERE trace = ? ORDER BY id').pluck();
    for (const text of texts.iterate(trace)) yield JSON.parse(String(text)) as KeptSpan;
  }

  forgetSpans(trace: string): void {
    this.#sql('DELETE FROM spans WHERE trace = ?').run(trace);
  }

  close(): void {
    this.#sqlite.close();
  }

  #sql(text: string): Statement {
    const statement = this.#statements.get(text) ?? this.#sqlite.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }
}
