import { VarveError } from '@varve/schema/errors';
import type { Migration } from '../lineage/index.ts';
import { keywordOf, nameAt, type SqlStatement, splitStatements } from '../sql/index.ts';

const cache = new WeakMap<Migration, readonly SqlStatement[]>();

/** Replay has its own transaction and keeps foreign keys off, so these say what is done anyway. */
const leftToReplay = new Set(['BEGIN', 'COMMIT', 'END', 'VACUUM', 'ANALYZE', 'REINDEX']);
const refused = new Set(['ATTACH', 'DETACH', 'ROLLBACK', 'SAVEPOINT', 'RELEASE']);

/** Pragmas that stay in the file, or change what the statements after them mean to ALTER TABLE. */
const executedPragmas = new Set(['LEGACY_ALTER_TABLE', 'USER_VERSION', 'APPLICATION_ID']);

/** Pragmas after which a statement would not do what it says. Any other has no lasting effect, or is left to us. */
const refusedPragmas = new Set([
  'CASE_SENSITIVE_LIKE', 'COUNT_CHANGES', 'EMPTY_RESULT_CALLBACKS', 'FULL_COLUMN_NAMES', 'HEXKEY', 'HEXREKEY',
  'IGNORE_CHECK_CONSTRAINTS', 'KEY', 'QUERY_ONLY', 'RECURSIVE_TRIGGERS', 'REKEY', 'REVERSE_UNORDERED_SELECTS',
  'SCHEMA_VERSION', 'SHORT_COLUMN_NAMES', 'TEXTKEY', 'TEXTREKEY', 'WRITABLE_SCHEMA',
]); // biome-ignore format: a list reads better in rows

/**
 * The statements of a migration that replay executes. Transaction control and the foreign-key pragmas, which authors
 * write to get around Drizzle's migrator, are left out: replay already gives what they ask for. So are pragmas without a
 * lasting effect.
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
  const writesElsewhere = first === 'VACUUM' && tokens.some((token) => keywordOf(token) === 'INTO');
  if (refused.has(first) || writesElsewhere) refuse(first, migration);
  if (leftToReplay.has(first)) return false;
  if (first !== 'PRAGMA') return true;
  const pragma = (nameAt(tokens, 1) ?? '').toUpperCase();
  if (refusedPragmas.has(pragma) && tokens.length > 2) refuse(`PRAGMA ${pragma}`, migration);
  return executedPragmas.has(pragma);
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
