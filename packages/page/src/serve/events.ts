import { beginStream, type Exchange } from './answer.ts';

/** Server-sent events to one client. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventStream {
  readonly #exchange: Exchange;
  readonly #ended = new AbortController();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    beginStream(exchange, 'text/event-stream; charset=utf-8');
    exchange.response.on('close', () => this.#ended.abort());
  }

  /** Aborted when the client has gone. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  send(value: unknown): void {
    if (!this.#ended.signal.aborted) this.#exchange.response.write(`data: ${JSON.stringify(value)}\n\n`);
  }

  end(): void {
    this.#exchange.response.end();
  }
}
