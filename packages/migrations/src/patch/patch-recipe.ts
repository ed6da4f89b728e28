import type { Database } from '../driver/index.ts';
import type { Ledger } from '../ledger/index.ts';
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

  constructor(ledger: Ledger | undefined) {
    this.ledger = ledger;
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
