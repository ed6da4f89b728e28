import type { SessionWriter } from '../archive/index.ts';
import { type JsonObject, textOf } from './json-access.ts';

/** How a run of a benchmark ended, and what it handed in. */
export function outcomeOfRun(session: SessionWriter, info: JsonObject, atMs: number): void {
  const status = textOf(info.exit_status);
  if (typeof info.submission === 'string' && info.submission !== '') {
    session.output({
      kind: 'text',
      content: JSON.stringify(info.submission),
      isFinal: true,
      createdAtMs: atMs,
    });
  }
  const isDone = status === undefined || /^submitted( \(|$)/i.test(status);
  session.describe({ status: isDone ? 'completed' : 'failed' });
}
