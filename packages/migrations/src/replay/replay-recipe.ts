import type { Database } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import { nameKey, type SqlStatement } from '../sql/index.ts';
import { applyMigration } from './apply-migration.ts';
import { findForeignTriggers } from './foreign-triggers.ts';
import { readSchema, type SchemaObject } from './read-schema.ts';
import { resolveStoredStrings } from './resolve-stored-strings.ts';
import { type ActingStatement, runActing } from './row-statements.ts';

/** Of which all that it comes to is asked, and of nothing else. */
export interface PartOfReplay {
  /** They come to the same before or after all others. */
  readonly statements: ReadonlySet<SqlStatement>;
  /** By name key, all that they have to do with. */
  readonly names: ReadonlySet<string>;
}

/**
 * What a replay was found to run on the first of many files that are alike, in their version and in every text of their
 * schema: the others are asked nothing, and run it.
 */
export class ReplayRecipe {
  #scripts: readonly ActingStatement[] | undefined;
  #isFit = true;
  readonly #part: PartOfReplay | undefined;
  #beside: string | undefined;

  constructor(part?: PartOfReplay) {
    this.#part = part;
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
    sqlite.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN');
    if (this.#part) {
      this.#beside ??= namesBeside(sqlite, this.#part);
      leaveOut(sqlite, this.#beside);
    }
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
      if (this.#isFit) applyMigration(sqlite, migration, { lineage, onRun, only: this.#part?.statements });
    }
    return joined(ran);
  }
}

/** As JSON, the names of what the part has nothing to do with. */
function namesBeside(sqlite: Database, { names }: PartOfReplay): string {
  const isOfPart = ({ type, name, table }: SchemaObject) =>
    names.has(nameKey(name)) || (type === 'index' && names.has(nameKey(table)));
  const beside = readSchema(sqlite).filter((object) => !isOfPart(object));
  return JSON.stringify(beside.map(({ name }) => name));
}

/** ALTER TABLE reads all of the schema again: the copy forgets what is none of the statements' business. */
function leaveOut(sqlite: Database, names: string): void {
  sqlite.unsafeMode(true);
  try {
    sqlite.exec('PRAGMA writable_schema = ON');
    const remove = sqlite.prepare<[string]>(
      `WITH beside (name) AS (SELECT value FROM json_each(?)) DELETE FROM sqlite_schema
       WHERE name IN beside OR (sql IS NULL AND tbl_name IN beside)`,
    );
    remove.run(names);
    sqlite.exec('PRAGMA writable_schema = RESET');
  } finally {
    sqlite.unsafeMode(false);
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
