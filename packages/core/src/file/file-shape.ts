import { ledgerTable } from '@varve/migrations';
import type { Statement } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { type Database, isMissing } from './open-database.ts';

/**
 * Reads all that tells the version of a file, as one text: files of the same shape stand at the same version, and stood
 * at the same before they were upgraded.
 */
export class FileShapes {
  readonly #sqlite: Database;
  readonly #statements = new Map<string, Statement<[], string | null>>();

  constructor(sqlite: Database) {
    this.#sqlite = sqlite;
  }

  /** Undefined for a file without a ledger, or with one that does not tell by its hashes alone. */
  read(schema: string): string | undefined {
    try {
      return this.#statementFor(schema).get() ?? undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #statementFor(schema: string): Statement<[], string | null> {
    const known = this.#statements.get(schema);
    if (known) return known;
    const statement = this.#sqlite.prepare<[], string | null>(shapeSql(schema)).pluck();
    this.#statements.set(schema, statement);
    return statement;
  }
}

function shapeSql(schema: string): string {
  const [ledger, objects] = [ledgerTable, 'sqlite_schema'].map(
    (table) => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`,
  );
  const hashes = `SELECT coalesce(hash, '') AS hash, id NOTNULL AS mark FROM ${ledger} ORDER BY rowid`;
  return `SELECT (SELECT iif(min(hash <> ''), json_group_array(hash || mark), NULL) FROM (${hashes}))
    || (SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM ${objects})`;
}
