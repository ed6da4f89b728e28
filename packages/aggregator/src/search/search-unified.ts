import { type Database, isSqliteError, quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { readSearchIndexes, readUnified, type SearchIndex } from '../unified/index.ts';

export interface SearchUnifiedOptions {
  /** How many hits at most; 20 unless given. */
  readonly limit?: number;
}

export interface SearchHit {
  /** The archive's path and session; the session is null when the archive holds none, or several. */
  readonly archive: string;
  readonly sessionId: string | null;
  readonly table: string;
  /** The row, by `rowid` in the table of the view. */
  readonly row: number;
  /** The words around what was found, which stands between `[` and `]`. */
  readonly snippet: string;
}

type RankedHit = SearchHit & { readonly rank: number };

/**
 * Finds words in all texts of a unified view that was made with `search`: decisions, arguments, results, outputs. The
 * best hits of all tables come first. Words are put together as FTS5 has it: `refund AND (visa OR "credit card")`.
 * Source: https://www.sqlite.org/fts5.html §3
 *
 * @throws UNIFIED_FOREIGN, SEARCH_UNAVAILABLE when the view has no index, SQL_FAILED for words that FTS5 cannot read
 *
 * @example
 * ```ts
 * import { openUnified, searchUnified } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * const unified = await openUnified('view.db', { lineage, archives: 'archives', search: true });
 * unified.close();
 * console.log(searchUnified('view.db', 'refund').length); // 0
 * ```
 */
export function searchUnified(file: string, words: string, options: SearchUnifiedOptions = {}): SearchHit[] {
  const sqlite = readUnified(file);
  if (!sqlite) {
    throw new VarveError('UNIFIED_FOREIGN', 'only a unified view can be searched, and this is none', {
      path: file,
      hint: 'make one first: varve unify ARCHIVES --into FILE --search',
    });
  }
  try {
    return search(sqlite, file, words, options.limit ?? 20);
  } finally {
    sqlite.close();
  }
}

function search(sqlite: Database, file: string, words: string, limit: number): SearchHit[] {
  const indexes = readSearchIndexes(sqlite);
  if (indexes.length === 0) {
    throw new VarveError('SEARCH_UNAVAILABLE', 'the unified view has no full-text index', {
      path: file,
      hint: 'build it: varve unify ARCHIVES --into FILE --search',
    });
  }
  try {
    const hits = indexes.flatMap((index) =>
      sqlite.prepare<[string, number], RankedHit>(hitsSql(index)).all(words, limit),
    );
    const best = hits.sort((a, b) => a.rank - b.rank).slice(0, limit);
    return best.map(({ rank: _, ...hit }) => hit);
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
    throw new VarveError('SQL_FAILED', `the words cannot be searched for: ${cause.message}`, {
      path: file,
      hint: 'put words with other signs than letters and digits in double quotes',
      cause,
    });
  }
}

/** Ranks first, so that texts are read for the best alone. */
function hitsSql({ name, table }: SearchIndex): string {
  const [index, rows] = [quoteIdentifier(name), quoteIdentifier(table)];
  return `SELECT archives."path" AS archive, archives."session_id" AS sessionId, '${table.replaceAll("'", "''")}' AS "table",
      ${index}.rowid AS row, snippet(${index}, -1, '[', ']', '…', 16) AS snippet, ${index}.rank AS rank
    FROM ${index} JOIN ${rows} AS source ON source.rowid = ${index}.rowid
      JOIN "_archives" AS archives ON archives."id" = source."_archive"
    WHERE ${index} MATCH ? ORDER BY ${index}.rank LIMIT ?`;
}
