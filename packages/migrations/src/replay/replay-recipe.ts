import type { Database } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import type { SqlStatement } from '../sql/index.ts';
import { applyMigration } from './apply-migration.ts';
import { findForeignTriggers } from './foreign-triggers.ts';
import { resolveStoredStrings } from './resolve-stored-strings.ts';
import { type ActingStatement, runActing } from './row-statements.ts';

/**
 * What a replay was found to run on the first of many files that are alike, in their version and in every text of their
 * schema: the others are asked nothing, and run it.
 */
export class ReplayRecipe {
  #scripts: readonly ActingStatement[] | undefined;
  #isFit = true;
  readonly #only: ReadonlySet<SqlStatement> | undefined;

  /** `only`: of statements that would come to the same if they ran before or after all others, where they are asked for. */
  constructor(only?: ReadonlySet<SqlStatement>) {
    this.#only = only;
  }

  /**
   * Runs the pending migrations of a version on a private copy whose ledger none of them reads, and leaves its ledger and
   * its references to others. False, with the copy of no use, where it takes a whole replay.
   *
   * @throws SQLite's own errors, MIGRATION_FAILED: the copy is of no use then
   */
  run(sqlite: Database, lineage: Lineage, from: number): boolean {
    if (!this.#isFit) return false;
    registerFunctions(sqlite, lineage);
    sqlite.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; BEGIN');
    if (this.#scripts) for (const script of this.#scripts) runActing(sqlite, script);
    else this.#scripts = this.#find(sqlite, lineage, from);
    sqlite.exec('COMMIT');
    return this.#isFit;
  }

  #find(sqlite: Database, lineage: Lineage, from: number): ActingStatement[] {
    const ran: ActingStatement[] = [];
    this.#isFit = findForeignTriggers(sqlite, lineage, from).length === 0 && !hasOldStrings(sqlite, lineage);
    const onRun = (statement: ActingStatement | undefined) => {
      if (statement) ran.push(statement);
      else this.#isFit = false;
    };
    for (const migration of lineage.migrations.slice(from)) {
      if (this.#isFit) applyMigration(sqlite, migration, { lineage, onRun, only: this.#only });
    }
    return joined(ran);
  }
}

function hasOldStrings(sqlite: Database, lineage: Lineage): boolean {
  const version = () => sqlite.pragma('main.schema_version', { simple: true });
  const before = version();
  resolveStoredStrings(sqlite, lineage);
  return version() !== before;
}

/** Statements for which nothing stands in are one script. */
function joined(statements: readonly ActingStatement[]): ActingStatement[] {
  const scripts: ActingStatement[] = [];
  for (const statement of statements) {
    const last = scripts.at(-1);
    if (last && isPlain(last) && isPlain(statement) && !comment.test(last.text))
      scripts[scripts.length - 1] = { ...last, text: `${last.text};\n${statement.text}` };
    else scripts.push(statement);
  }
  return scripts;
}

function isPlain({ triggers }: ActingStatement): boolean {
  return triggers.length === 0;
}

/** What would take the semicolon for its own. A line between the two would be a part of what the schema says. */
const comment = /--|\/\*/;
