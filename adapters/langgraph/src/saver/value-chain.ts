import type { Database, Statement } from '@varve/migrations/internal';
import { type Cell, fromCell } from './stored-value.ts';

interface ValueRow {
  readonly type: string;
  readonly value: Cell;
  readonly baseSeq: number | null;
  readonly sharedBytes: number;
}

/** A whole value, and of how many rows it was put together. */
export interface StoredValue {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** How many bytes those hold. */
  readonly readBytes: number;
}

/** Puts values together from the rows that hold what differs from the value before. */
export class ValueChain {
  readonly #byseq: Statement<[number], ValueRow>;

  constructor(sqlite: Database) {
    this.#byseq = sqlite.prepare(
      'SELECT type, value, base_seq AS baseSeq, shared_bytes AS sharedBytes FROM channel_values WHERE seq = ?',
    );
  }

  read(seq: number): StoredValue | undefined {
    const last = this.#byseq.get(seq);
    if (!last) return undefined;
    const pieces: Uint8Array[] = [fromCell(last.value)];
    let readBytes = pieces[0]?.byteLength ?? 0;
    let row = last;
    let rows = 1;
    let wanted = last.sharedBytes;
    while (row.baseSeq !== null) {
      const base = this.#byseq.get(row.baseSeq);
      if (!base) return undefined;
      rows += 1;
      // Of this row counts what lies between what it shares itself and what the next takes over.
      const bytes = fromCell(base.value);
      readBytes += bytes.byteLength;
      if (wanted > base.sharedBytes) {
        pieces.push(bytes.subarray(0, wanted - base.sharedBytes));
        wanted = base.sharedBytes;
      }
      row = base;
    }
    return { type: last.type, bytes: join(pieces), rows, readBytes };
  }
}

function join(pieces: Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return first && pieces.length === 1 ? first : fromCell(Buffer.concat(pieces.reverse()));
}
