import { readUnified } from '@varve/aggregator';
import { openLiveQuery, type PreparedQuery, prepareQuery } from '@varve/aggregator/internal';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { AskEvent } from '../api/index.ts';
import { problemOfError, toCell } from '../reading/index.ts';
import type { AskOrder } from './ask-order.ts';

type Send = (event: AskEvent) => Promise<void>;

const batchRows = 200;

/** Runs one SELECT over a unified view, or over what it needs of all archives, and sends rows as they come. */
export async function answerQuestion(order: AskOrder, send: Send): Promise<void> {
  const startedMs = performance.now();
  try {
    if (order.kind === 'view') await askView(order, send, startedMs);
    else await askArchives(order, send, startedMs);
  } catch (error) {
    const { code, message, hint } = error instanceof VarveError ? error : problemOfError(error, '');
    await send({ type: 'error', code, message, hint });
  }
}

async function askView(order: AskOrder, send: Send, startedMs: number): Promise<void> {
  const [file = ''] = order.where;
  const sqlite = readUnified(file);
  if (!sqlite)
    throw new VarveError('UNIFIED_FOREIGN', 'the view is gone', { path: file, hint: 'make it again' });
  try {
    await sendRows(prepareQuery(sqlite, order.sql), order, send, { startedMs, problems: 0 });
  } finally {
    sqlite.close();
  }
}

async function askArchives(order: AskOrder, send: Send, startedMs: number): Promise<void> {
  let sentAtMs = startedMs;
  using live = await openLiveQuery(order.where, order.sql, {
    lineage: order.lineage as Lineage,
    onProgress: ({ done, total }) => {
      if (performance.now() - sentAtMs < 100) return;
      sentAtMs = performance.now();
      void send({ type: 'progress', done, total });
    },
  });
  await sendRows(live, order, send, { startedMs, problems: live.problems.length });
}

async function sendRows(
  query: PreparedQuery,
  { rowLimit, byteLimit }: AskOrder,
  send: Send,
  { startedMs, problems }: { readonly startedMs: number; readonly problems: number },
): Promise<void> {
  await send({ type: 'columns', columns: query.columns });
  let cut: 'rows' | 'bytes' | null = null;
  let [rows, bytes] = [0, 0];
  let batch: ReturnType<typeof toCell>[][] = [];
  for (const row of query.iterate()) {
    if (rows === rowLimit || bytes > byteLimit) {
      cut = rows === rowLimit ? 'rows' : 'bytes';
      break;
    }
    const cells = row.map(toCell);
    rows++;
    bytes += cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
    batch.push(cells);
    if (batch.length < batchRows) continue;
    await send({ type: 'rows', rows: batch });
    batch = [];
  }
  if (batch.length > 0) await send({ type: 'rows', rows: batch });
  await send({ type: 'done', durationMs: performance.now() - startedMs, rows, cut, problems });
}
