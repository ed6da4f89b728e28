import type { Database } from '../driver/index.ts';
import { appendToLedger, type Ledger, markUpgrade, upgradeScript } from '../ledger/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { type ActingStatement, RowStatements } from '../replay/index.ts';
import { splitStatements } from '../sql/index.ts';
import type { Alteration, PatchScript } from './patch.ts';
import type { Rowid } from './rowid-of.ts';

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
  readonly #rowids = new Map<Alteration, Rowid | undefined>();
  readonly #places = new Map<Alteration, number>();

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

  /** By what the rowids of a table can be read that is to lose a column. */
  rowidOf(alteration: Alteration, read: () => Rowid | undefined): Rowid | undefined {
    if (!this.#rowids.has(alteration)) this.#rowids.set(alteration, read());
    return this.#rowids.get(alteration);
  }

  /** Where in its schema such a file is likely to have an entry. */
  placeOf(alteration: Alteration, find: () => number | undefined): number | undefined {
    const place = this.#places.get(alteration) ?? find();
    if (place !== undefined) this.#places.set(alteration, place);
    return place;
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
