import { type Column, getTableColumns, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { lenientRow, type Row, rowEncoderOf } from '../row/index.ts';
import { describeFailure } from './describe-failure.ts';
import type { Recorder } from './recorder.ts';

/** What is known of a call only when it has ended. */
const endKeys = ['result', 'errorType', 'errorMessage', 'durationMs'] as const;
/** What is measured or told by how the call went: left out where a team's own table has no column for it. */
const measuredKeys: ReadonlySet<string> = new Set([...endKeys, 'status', 'startedAtMs']);

/** The row of one call, from its beginning to its end. None of its methods throws. */
export class CallRecord {
  readonly table: SQLiteTable;
  readonly begun: Row;
  readonly #recorder: Recorder;
  readonly #onEnd: () => void;
  readonly #startedMs: number;
  /** Undefined where what was given as a table is none. */
  readonly #facts: CallTable | undefined;
  #seq: number | undefined;
  #isOver = false;

  constructor(recorder: Recorder, table: SQLiteTable, values: Row, onEnd: () => void) {
    this.table = table;
    this.#recorder = recorder;
    this.#onEnd = onEnd;
    const begun = { startedAtMs: Date.now(), ...values };
    this.#facts = factsOf(table);
    this.begun = this.#facts
      ? lenientRow(table, withoutUnmeasured(this.#facts, begun), recorder.report)
      : begun;
    if (!this.#facts || this.#facts.isWrittenAtBegin) {
      const key = recorder.tryRecord(table, { ...this.begun, status: 'running' }, { isLenient: true });
      this.#seq = key as number | undefined;
      recorder.hurry();
    }
    this.#startedMs = performance.now();
  }

  /** The key of the row; undefined while there is none. */
  get seq(): number | undefined {
    return this.#seq;
  }

  end(values: Row = {}): void {
    this.#finish({ status: 'ok', ...values });
  }

  fail(error: unknown, values: Row = {}): void {
    this.#finish({ ...describeFailure(error), ...values });
  }

  #finish(values: Row): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
    const ended = this.#fitting({ durationMs: performance.now() - this.#startedMs, ...values });
    const isChanged = this.#seq !== undefined && this.#recorder.tryChange(this.table, this.#seq, ended);
    if (!isChanged) this.#seq = this.#append({ ...this.begun, ...ended });
  }

  #append(row: Row): number | undefined {
    return this.#recorder.tryRecord(this.table, row) as number | undefined;
  }

  /** A team's own words for how a call ended may be fewer: what is none of them is an error. */
  #fitting(values: Row): Row {
    if (!this.#facts) return values;
    const fitting = withoutUnmeasured(this.#facts, values);
    const { words } = this.#facts;
    const isWord = !words || typeof fitting.status !== 'string' || words.includes(fitting.status);
    return isWord ? fitting : { ...fitting, status: 'error' };
  }
}

/** What of a table of calls does not change from call to call. */
interface CallTable {
  /** The keys of what is measured and has no column there. */
  readonly unmeasured: ReadonlySet<string>;
  /** For how a call ended; undefined where any word will do. */
  readonly words: readonly string[] | undefined;
  readonly isWrittenAtBegin: boolean;
}

const known = new WeakMap<SQLiteTable, CallTable>();

function factsOf(table: SQLiteTable): CallTable | undefined {
  if (!is(table, SQLiteTable)) return undefined;
  const facts = known.get(table) ?? readFacts(table);
  known.set(table, facts);
  return facts;
}

/** A row can be written before the call has ended if its table has a word for that, and needs nothing from the end. */
function readFacts(table: SQLiteTable): CallTable {
  const columns = getTableColumns(table);
  const { status } = columns;
  const words: readonly string[] | undefined = status?.enumValues;
  const isRunningKnown = status !== undefined && (!words || words.includes('running'));
  const needsEnd = endKeys.some((key) => isRequired(columns[key]));
  return {
    unmeasured: new Set([...measuredKeys].filter((key) => !(key in columns))),
    words,
    isWrittenAtBegin: isRunningKnown && !needsEnd && rowEncoderOf(table).hasKey,
  };
}

function isRequired(column: Column | undefined): boolean {
  return column?.notNull === true && !column.hasDefault;
}

function withoutUnmeasured({ unmeasured }: CallTable, row: Row): Row {
  let isWithout = true;
  for (const key of unmeasured) isWithout &&= !(key in row);
  return isWithout ? row : Object.fromEntries(Object.entries(row).filter(([key]) => !unmeasured.has(key)));
}
