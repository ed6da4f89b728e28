import type { Database } from '../driver/index.ts';
import { appendToLedger, type Ledger, markUpgrade, upgradeScript } from '../ledger/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { type ActingStatement, RowStatements } from '../replay/index.ts';
import { splitStatements } from '../sql/index.ts';
import type { PatchScript } from './patch.ts';

/**
 * What the first of many files that are alike, in their version and in every text of their schema, was found to need: of
 * the others it is not asked.
 */
export class PatchRecipe {
  /** Whether the patch is certain to do to such a file what a replay does. */
  isFit: boolean | undefined;
  /** Where such a file keeps its ledger. */
  readonly ledger: Ledger | undefined;
  readonly #acting = new Map<PatchScript, ActingStatement[]>();

  #closing: string | undefined;

  constructor(ledger: Ledger | undefined) {
    this.ledger = ledger;
  }

  /** Says in the ledger what was done; where `rowsBefore` tells how many rows it had, marks them as those of before. */
  close(sqlite: Database, lineage: Lineage, from: number, rowsBefore: number | undefined): void {
    const { ledger } = this;
    const migrations = lineage.migrations.slice(from);
    if (!ledger || migrations.length === 0) return;
    this.#closing ??= upgradeScript(sqlite, ledger, migrations, rowsBefore);
    if (this.#closing !== undefined) {
      sqlite.exec(this.#closing);
      return;
    }
    appendToLedger(sqlite, migrations, lineage, ledger);
    if (rowsBefore !== undefined) markUpgrade(sqlite, rowsBefore, lineage, ledger);
  }

  /** Calls `run` with each statement of a script, one after the other: the first may change what the next one needs. */
  runEach(
    script: PatchScript,
    [sqlite, lineage]: readonly [Database, Lineage],
    run: (statement: ActingStatement) => void,
  ): void {
    const known = this.#acting.get(script);
    if (known) {
      for (const statement of known) run(statement);
      return;
    }
    const statements = splitStatements(script.sql).map((statement) => {
      const acting = new RowStatements(sqlite, lineage).prepare(statement);
      run(acting);
      return acting;
    });
    this.#acting.set(script, statements);
  }
}
