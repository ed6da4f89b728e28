import { AsyncLocalStorage } from 'node:async_hooks';
import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Row } from '../row/index.ts';

/** The calls that code runs inside of, by the columns that name them. */
export interface CallKeys {
  readonly toolCallSeq?: number | undefined;
  readonly modelCallSeq?: number | undefined;
}

/** Lets what is recorded inside a call name it: one for each session, so that sessions inside each other are apart. */
export class CallContext {
  #storage: AsyncLocalStorage<CallKeys> | undefined;

  /** A tool is not part of the model call around it; a model call is part of the tool around it. */
  run<T>(keys: CallKeys, work: () => T): T {
    this.#storage ??= new AsyncLocalStorage();
    const around = this.#storage.getStore();
    return this.#storage.run('toolCallSeq' in keys ? keys : { ...around, ...keys }, work);
  }

  /** The row with the calls that it is recorded in, as far as its table has columns for them and it names none itself. */
  fill(table: SQLiteTable, row: Row): Row {
    const keys = this.#storage?.getStore();
    if (!keys) return row;
    const columns = getTableColumns(table);
    const named = Object.entries(keys).filter(
      ([key, seq]) => seq !== undefined && key in columns && row[key] === undefined,
    );
    return named.length === 0 ? row : { ...row, ...Object.fromEntries(named) };
  }
}
