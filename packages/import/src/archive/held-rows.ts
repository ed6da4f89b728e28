import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

type Values = Record<string, unknown>;

/** A row that may still change: it is written when it is settled, or when there are too many. */
export interface HeldRow {
  readonly seq: number;
}

interface Held extends HeldRow {
  readonly table: SQLiteTable;
  readonly row: Values;
}

/** Where rows go in the end. */
interface RowFile {
  insert(table: SQLiteTable, seq: number, row: Values): void;
  update(table: SQLiteTable, seq: number, values: Values): void;
}

/** Beyond this many, the oldest is written, and changed in the file when it must be. */
const mostHeld = 512;

/** Rows that are not in the file yet, since more is to be told of them. */
export class HeldRows {
  readonly #file: RowFile;
  readonly #held = new Map<number, Held>();

  constructor(file: RowFile) {
    this.#file = file;
  }

  get size(): number {
    return this.#held.size;
  }

  hold(table: SQLiteTable, seq: number, row: Values): HeldRow {
    const held: Held = { seq, table, row };
    this.#held.set(seq, held);
    if (this.#held.size > mostHeld) {
      const [oldest] = this.#held.values();
      if (oldest) this.#write(oldest);
    }
    return held;
  }

  change(table: SQLiteTable, { seq }: HeldRow, values: Values): void {
    const held = this.#held.get(seq);
    if (held) Object.assign(held.row, values);
    else this.#file.update(table, seq, values);
  }

  /** The row as it is by now; undefined when it is in the file. */
  peek({ seq }: HeldRow): Readonly<Values> | undefined {
    return this.#held.get(seq)?.row;
  }

  /** It changes no more. */
  settle({ seq }: HeldRow): void {
    const held = this.#held.get(seq);
    if (held) this.#write(held);
  }

  settleAll(): void {
    for (const held of this.#held.values()) this.#write(held);
  }

  #write(held: Held): void {
    this.#held.delete(held.seq);
    this.#file.insert(held.table, held.seq, held.row);
  }
}
