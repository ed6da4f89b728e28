import type { AskEvent } from '../../api/index.ts';
import { askApart } from '../../ask/index.ts';
import { beginStream } from '../answer.ts';
import { type Call, numberOf, type Routes } from '../route.ts';

const rowLimit = 10_000;
const byteLimit = 32_000_000;
const timeLimitMs = 60_000;

export const askRoutes: Routes = { '/api/ask': ask };

/** Sends JSON lines. Whoever hangs up ends the query. */
async function ask({ context, query, request, response }: Call): Promise<undefined> {
  const { kind, where, lineage } = context.source;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  beginStream({ request, response }, 'application/x-ndjson; charset=utf-8');
  const order = {
    sql: query.get('sql') ?? '',
    ...{ kind, where, byteLimit },
    lineage: lineage && { ...lineage, tables: {} },
    rowLimit: numberOf(query, 'limit', { from: 1, to: rowLimit, otherwise: rowLimit }),
  };
  const onEvent = (event: AskEvent) => {
    if (!gone.signal.aborted) response.write(`${JSON.stringify(event)}\n`);
  };
  await askApart(order, { signal: gone.signal, timeLimitMs, onEvent });
  response.end();
}
