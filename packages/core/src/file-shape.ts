import { ledgerTable, quoteIdentifier } from '@varve/migrations';
import { type Database, isMissing } from './open-database.ts';

/**
 * All that tells the version of a file, as one text: two files of the same shape stand at the same version of a
 * lineage, or neither at any. Undefined for a file without a ledger, or with one that does not tell by its hashes alone.
 */
export function readFileShape(sqlite: Database, schema: string): string | undefined {
  const [ledger, objects] = [ledgerTable, 'sqlite_schema'].map(
    (table) => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`,
  );
  const sql = `SELECT
    (SELECT iif(min(hash <> ''), json_group_array(hash), NULL) FROM (SELECT coalesce(hash, '') AS hash FROM ${ledger} ORDER BY rowid))
    || (SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM ${objects})`;
  try {
    return (sqlite.prepare(sql).pluck().get() as string | null) ?? undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
