import { VarveError } from '@varve/schema/errors';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Row } from '../row/index.ts';
import { CallRecord } from './call-record.ts';
import type { Recorder } from './recorder.ts';

/** A call that has begun and not ended. */
export interface CallUnderWay {
  readonly table: string;
  /** Undefined where its row is written when it ends. */
  readonly seq: number | undefined;
  /** What is called: the tool, the model. */
  readonly name: string | undefined;
}

/** The calls of one session. */
export class Calls {
  readonly #recorder: Recorder;
  readonly #running = new Set<CallRecord>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Never throws. */
  begin(table: SQLiteTable, values: Row): CallRecord {
    const call = new CallRecord(this.#recorder, table, values, () => this.#running.delete(call));
    this.#running.add(call);
    return call;
  }

  /** In the order in which they began. */
  get underWay(): readonly CallUnderWay[] {
    return [...this.#running].map(({ table, seq, begun }) => {
      const name = begun.toolName ?? begun.requestModel;
      const tableName = is(table, SQLiteTable) ? getTableName(table) : 'unknown';
      return { table: tableName, seq, name: typeof name === 'string' ? name : undefined };
    });
  }

  /** Ends what is under way as `interrupted`. */
  interrupt(): void {
    for (const call of this.#running) call.end({ status: 'interrupted' });
  }

  /** @throws CALLS_UNDER_WAY */
  assertNone(path: string): void {
    const { underWay } = this;
    if (underWay.length === 0) return;
    const names = underWay.map(({ table, seq, name }) => `${name ?? table} (${table} ${seq ?? 'unwritten'})`);
    throw new VarveError(
      'CALLS_UNDER_WAY',
      `calls have begun and not ended: ${names.slice(0, 10).join(', ')}`,
      {
        path,
        hint: "await them, or seal with { underWay: 'interrupt' }; the session is still open",
        details: { calls: underWay },
      },
    );
  }
}
