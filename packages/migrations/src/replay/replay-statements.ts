import { VarveError } from '@varve/schema';
import type { Migration } from '../lineage/lineage.ts';
import { keywordOf, type SqlStatement, splitStatements } from '../sql/split-statements.ts';

const cache = new WeakMap<Migration, readonly SqlStatement[]>();

/** Replay has its own transaction and keeps foreign keys off, so these say what is done anyway. */
const leftToReplay = new Set(['BEGIN', 'COMMIT', 'END', 'VACUUM', 'ANALYZE', 'REINDEX']);
const refused = new Set(['ATTACH', 'DETACH', 'ROLLBACK', 'SAVEPOINT', 'RELEASE']);
const foreignKeyPragmas = new Set([
  'FOREIGN_KEYS',
  'DEFER_FOREIGN_KEYS',
  'FOREIGN_KEY_CHECK',
  'LEGACY_ALTER_TABLE',
]);

/**
 * The statements of a migration that replay executes. Transaction control and the foreign-key pragmas, which authors
 * write to get around Drizzle's migrator, are left out: replay already gives what they ask for.
 *
 * @throws MIGRATION_REFUSED for a statement that may not run inside a migration, such as ATTACH.
 */
export function replayStatements(migration: Migration): readonly SqlStatement[] {
  const known = cache.get(migration);
  if (known) return known;
  const statements = splitStatements(migration.sql).filter((statement) => isExecuted(statement, migration));
  cache.set(migration, statements);
  return statements;
}

function isExecuted({ tokens }: SqlStatement, migration: Migration): boolean {
  const first = keywordOf(tokens[0]);
  const second = keywordOf(tokens[1]);
  const writesElsewhere = first === 'VACUUM' && tokens.some((token) => keywordOf(token) === 'INTO');
  if (refused.has(first) || writesElsewhere) refuse(first, migration);
  if (leftToReplay.has(first)) return false;
  if (first !== 'PRAGMA') return true;
  if (!foreignKeyPragmas.has(second)) refuse(`PRAGMA ${second}`, migration);
  return false;
}

function refuse(statement: string, migration: Migration): never {
  throw new VarveError(
    'MIGRATION_REFUSED',
    `migration ${migration.name} holds ${statement}, which may not run in one`,
    {
      hint: `take ${statement} out of ${migration.name}; it can be done outside of migrations`,
      details: { migration: migration.name, statement },
    },
  );
}
