import type { Database } from '../driver/index.ts';
import { appendToLedger, type Ledger, markUpgrade, upgradeScript } from '../ledger/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { type ActingStatement, RowStatements } from '../replay/index.ts';
import { splitStatements } from '../sql/index.ts';
import type { Alteration, PatchScript } from './patch.ts';
import type { Rowid } from './rowid-of.ts';

/** The answers of the first file, by what they are about. */
class Answers<About extends object, Answer> {
  readonly #known = new Map<About, Answer>();

  of(about: About, ask: () => Answer): Answer {
    if (!this.#known.has(about)) this.#known.set(about, ask());
    return this.#known.get(about) as Answer;
  }
}

export interface Belongings {
  readonly hasIndexes: boolean;
  readonly hasCounters: boolean;
}

/**
 * What the first of many files that are alike, in their version and in every text of their schema, was found to need: of
 * the others it is not asked.
 */
export class PatchRecipe {
  /** Whether the patch is certain to do to such a file what a replay does. */
  isFit: boolean | undefined;
  /** Where such a file keeps its ledger. */
  readonly ledger: Ledger | undefined;
  /** By what the rowids of a table can be read that is to lose a column. */
  readonly rowids = new Answers<Alteration, Rowid | undefined>();
  /** Where in its schema such a file is likely to have an entry. */
  readonly places = new Answers<Alteration, number | undefined>();
  /** What goes with a table that gets another name. */
  readonly belongings = new Answers<Alteration, Belongings>();
  /** The tables of SQLite's own before an edit that renews others, by its alterations, and after, by its creations. */
  readonly ownTables = new Answers<object, readonly string[]>();
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
