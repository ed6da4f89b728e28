import type { Lineage } from '@varve/migrations';
import { isSqliteError, ledgerTable, quoteIdentifier, type Statement } from '@varve/migrations/internal';
import type { Database } from './open-database.ts';

/**
 * Reads all that tells the version of a file, as one text: files of the same shape stand at the same version, and stood
 * at the same before they were upgraded.
 */
export class FileShapes {
  readonly #sqlite: Database;
  readonly #statements = new Map<string, Statement<[], string | null>>();

  readonly #isOfDrizzle: boolean;

  constructor(sqlite: Database, lineage: Lineage) {
    this.#sqlite = sqlite;
    this.#isOfDrizzle = lineage.ledger === undefined;
  }

  /** Undefined for a file without a ledger, or with one that does not tell by its hashes alone. */
  read(schema: string): string | undefined {
    if (!this.#isOfDrizzle) return undefined;
    try {
      return this.#statementFor(schema).get() ?? undefined;
    } catch (error) {
      // Whoever identifies it in full says what it lacks.
      if (isSqliteError(error) && error.code === 'SQLITE_ERROR') return undefined;
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

/** More than any ledger of ours has, and longer than any hash. */
const mostRows = 10_000;
const mostHashBytes = 128;

function shapeSql(schema: string): string {
  const [ledger, objects] = [ledgerTable, 'sqlite_schema'].map(
    (table) => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`,
  );
  // Reading what is no ordinary table, or computes its columns, would run what a stranger wrote.
  const isOrdinary = `EXISTS (SELECT 1 FROM ${objects} WHERE type = 'table' AND rootpage > 0 AND name = '${ledgerTable}')
    AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo('${ledgerTable}', '${schema}') WHERE hidden <> 0)`;
  const hash = `iif(octet_length(hash) <= ${mostHashBytes}, hash, '')`;
  const hashes = `SELECT coalesce(${hash}, '') AS hash, id NOTNULL AS mark FROM ${ledger} ORDER BY rowid LIMIT ${mostRows}`;
  return `SELECT CASE WHEN ${isOrdinary} THEN
    (SELECT iif(min(hash <> ''), json_group_array(hash || mark), NULL) FROM (${hashes}))
    || (SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM ${objects}) END`;
}
