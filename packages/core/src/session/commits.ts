import type { Statement } from 'better-sqlite3';
import type { Database } from '../file/index.ts';

interface CommitListener {
  /** Something was committed, or may have been. */
  onCommit(): void;
  /** What was written since the last commit is not in the file. */
  onLoss(error: unknown): void;
}

/** What the writes of a batch are kept or taken back with: a commit of their own, a part of one, or that of the turn. */
type Span = 'commit' | 'savepoint' | 'turn';

type Command = 'BEGIN' | 'COMMIT' | 'ROLLBACK' | 'SAVEPOINT batch' | 'RELEASE batch' | 'ROLLBACK TO batch';

/**
 * How the writes of one connection come into commits: each into its own, and those of a batch into one; or, `byTurn`, all
 * that are told of in one turn of the event loop into one, which is over before the process waits for anything.
 */
export class Commits {
  readonly #sqlite: Database;
  readonly #listener: CommitListener;
  readonly #statements = new Map<Command, Statement>();
  #isByTurn = false;
  /** Tells of the end of the turn. */
  #immediate: NodeJS.Immediate | undefined;
  /** Whether the transaction of the turn is open, which was begun here. */
  #isTurnOpen = false;
  #batches = 0;
  #isUrgent = false;

  constructor(sqlite: Database, listener: CommitListener) {
    this.#sqlite = sqlite;
    this.#listener = listener;
  }

  byTurn(): void {
    this.#isByTurn = true;
  }

  /** Before anything is written. Whether a transaction was begun for it, which is that of the turn. */
  willWrite(): boolean {
    if (!this.#isByTurn || this.#isTurnOpen || this.#sqlite.inTransaction) return false;
    this.#run('BEGIN');
    this.#isTurnOpen = true;
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.settle();
    });
    return true;
  }

  hasWritten(): void {
    if (!this.#isByTurn) this.#listener.onCommit();
  }

  /** A write has failed, and SQLite may have taken back with it what was written before. */
  failed(error: unknown): void {
    if (!this.#isTurnOpen || !this.#sqlite.open || this.#sqlite.inTransaction) return;
    this.#isTurnOpen = false;
    this.#listener.onLoss(error);
  }

  /** What was written is to be committed when the batch has ended that it is in, or now. */
  hurry(): void {
    if (this.#batches > 0) this.#isUrgent = true;
    else this.settle();
  }

  /** All that `work` writes, or nothing when it throws. */
  batch<T>(work: () => T): T {
    const span = this.#beginBatch();
    this.#batches += 1;
    try {
      const result = work();
      if (isThenable(result)) throw new TypeError('a batch is synchronous: its work returned a promise');
      if (span !== 'turn') this.#run(span === 'savepoint' ? 'RELEASE batch' : 'COMMIT');
      return result;
    } catch (error) {
      this.#undo(span);
      // What it was alone in is lost with it, which is what who gave it is told.
      if (span === 'turn') this.#isTurnOpen = false;
      this.failed(error);
      throw error;
    } finally {
      this.#batches -= 1;
      this.#endBatch();
    }
  }

  /** Commits what is open. Never throws: the listener is told. */
  settle(): void {
    if (this.#batches > 0) return;
    this.#isUrgent = false;
    // Unless it was begun here, a transaction is that of who has the connection.
    if (!this.#isTurnOpen) return;
    this.#isTurnOpen = false;
    if (!this.#sqlite.open || !this.#sqlite.inTransaction) return;
    try {
      this.#run('COMMIT');
      this.#listener.onCommit();
    } catch (error) {
      this.#undo('commit');
      this.#listener.onLoss(error);
    }
  }

  #endBatch(): void {
    if (this.#isUrgent) this.settle();
    else if (!this.#isByTurn) this.#listener.onCommit();
  }

  /** What begins a turn needs no savepoint in it: nothing was written before that would have to stay. */
  #beginBatch(): Span {
    if (this.willWrite()) return 'turn';
    const span = this.#sqlite.inTransaction ? 'savepoint' : 'commit';
    this.#run(span === 'savepoint' ? 'SAVEPOINT batch' : 'BEGIN');
    return span;
  }

  /** SQLite takes a transaction back itself where it cannot go on. */
  #undo(span: Span): void {
    if (!this.#sqlite.inTransaction) return;
    if (span !== 'savepoint') this.#run('ROLLBACK');
    else for (const command of ['ROLLBACK TO batch', 'RELEASE batch'] as const) this.#run(command);
  }

  #run(command: Command): void {
    const known = this.#statements.get(command);
    const statement = known ?? this.#sqlite.prepare(command);
    if (!known) this.#statements.set(command, statement);
    statement.run();
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
