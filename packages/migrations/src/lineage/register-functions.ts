import type { Database } from '../driver/index.ts';
import { identifierOf, keywordOf, nameKey, splitStatements } from '../sql/index.ts';
import type { Lineage } from './lineage.ts';

/**
 * Makes a lineage's SQL functions known to a connection. Where the lineage's own schema calls one, in an index, a CHECK,
 * a generated column, a trigger or a view, the connection must trust the schemas of its files so far: SQLite lets no
 * function of an application's be called from an untrusted one. So with FTS5's. Any other lineage's functions may be called from its SQL only.
 * Source: https://www.sqlite.org/security.html
 */
export function registerFunctions(sqlite: Database, lineage: Lineage): void {
  for (const [name, call] of Object.entries(lineage.functions)) {
    sqlite.function(name, { varargs: true, deterministic: true }, call as (...values: unknown[]) => unknown);
  }
  if (callsInSchema(lineage)) sqlite.pragma('trusted_schema = ON');
}

/** What FTS5 brings along, and SQLite takes for an application's: https://www.sqlite.org/fts5.html#_auxiliary_functions_ */
const ofFullText = ['bm25', 'highlight', 'snippet'];

const cache = new WeakMap<Lineage, boolean>();

function callsInSchema(lineage: Lineage): boolean {
  const known = cache.get(lineage) ?? readCalls(lineage);
  cache.set(lineage, known);
  return known;
}

function readCalls({ functions, migrations }: Lineage): boolean {
  const names = new Set([...Object.keys(functions).map(nameKey), ...ofFullText]);
  const defining = migrations
    .filter(({ sql }) => [...names].some((name) => sql.toLowerCase().includes(name)))
    .flatMap(({ sql }) => splitStatements(sql))
    .filter(({ tokens }) => ['CREATE', 'ALTER'].includes(keywordOf(tokens[0])));
  return defining.some(({ tokens }) =>
    tokens.some((token, at) => tokens[at + 1]?.text === '(' && names.has(nameKey(identifierOf(token) ?? ''))),
  );
}
