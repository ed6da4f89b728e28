import { once } from 'node:events';
import { clientMissing } from '@varve/core/internal';
import type { Client, QueryArrayResult } from 'pg';
import type { CopyStreamQuery } from 'pg-copy-streams';
import { warehouseError } from './warehouse-error.ts';

type CopyFrom = typeof import('pg-copy-streams').from;

/** @throws CLIENT_MISSING, WAREHOUSE_UNREACHABLE */
export async function connectPostgres(url: string): Promise<PostgresClient> {
  const { Client, copyFrom } = await loadClient();
  const client = new Client({ connectionString: url });
  // Whoever is waiting for an answer is told as well.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw warehouseError(error, url);
  }
  return new PostgresClient(client, copyFrom, url);
}

async function loadClient(): Promise<{ Client: typeof Client; copyFrom: CopyFrom }> {
  try {
    const [pg, copy] = await Promise.all([import('pg'), import('pg-copy-streams')]);
    return { Client: pg.default.Client, copyFrom: copy.from };
  } catch (cause) {
    throw clientMissing('pg pg-copy-streams', 'Postgres', cause);
  }
}

/** One connection. What the server says is thrown as WAREHOUSE_UNREACHABLE and WAREHOUSE_REFUSED. */
export class PostgresClient {
  readonly #client: Client;
  readonly #copyFrom: CopyFrom;
  readonly #url: string;

  constructor(client: Client, copyFrom: CopyFrom, url: string) {
    this.#client = client;
    this.#copyFrom = copyFrom;
    this.#url = url;
  }

  async rows(sql: string, values: readonly unknown[] = []): Promise<unknown[][]> {
    try {
      const { rows } = await this.#client.query({ text: sql, values: [...values], rowMode: 'array' });
      return rows;
    } catch (error) {
      throw warehouseError(error, this.#url);
    }
  }

  /**
   * Runs `lock` and `ask` as its first statements, in one exchange, and passes on what `ask` answered. Where two loads wait
   * for each other, Postgres ends one of them: that does its work again, so the work may be done several times.
   */
  async transaction(
    { lock, ask }: { readonly lock: string; readonly ask: string },
    work: (answer: unknown[][]) => Promise<void>,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const begin = { text: `BEGIN; ${lock}; ${ask}`, rowMode: 'array' as const };
        const answers = (await this.#client.query(begin)) as unknown as QueryArrayResult<unknown[]>[];
        await work(answers.at(-1)?.rows ?? []);
        await this.#client.query('COMMIT');
        return;
      } catch (error) {
        await this.#client.query('ROLLBACK').catch(() => {});
        const failure = warehouseError(error, this.#url);
        if (attempt === mostAttempts || !mustBeDoneAgain.has(String(failure.details.code))) throw failure;
      }
    }
  }

  /** Nothing is asked of the server where there is no line. */
  async copy(into: string, lines: Iterable<string>): Promise<void> {
    let copying: Copying | undefined;
    let buffer = '';
    for (const line of lines) {
      copying ??= this.#beginCopy(into);
      buffer += line;
      if (buffer.length < copyChars) continue;
      const { stream, done } = copying;
      if (!stream.write(buffer)) await Promise.race([once(stream, 'drain'), done]);
      buffer = '';
    }
    copying?.stream.end(buffer);
    await copying?.done;
  }

  #beginCopy(into: string): Copying {
    const stream = this.#client.query(this.#copyFrom(`COPY ${into} FROM STDIN`));
    const done = Promise.race([
      once(stream, 'finish'),
      once(stream, 'error').then(([error]) => Promise.reject(error)),
    ]);
    done.catch(() => {});
    return { stream, done };
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }
}

interface Copying {
  readonly stream: CopyStreamQuery;
  readonly done: Promise<unknown>;
}

const copyChars = 1 << 16;
const mostAttempts = 5;

/** A deadlock, and what could not be put into an order. Source: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const mustBeDoneAgain = new Set(['40P01', '40001']);
