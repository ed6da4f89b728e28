import { MigrationChanges } from '../changes/index.ts';
import type { Lineage, Migration } from '../lineage/index.ts';
import { readSchema, replayStatements, runOnEmpty } from '../replay/index.ts';
import { type SqlStatement, splitStatements } from '../sql/index.ts';
import { lineAt, readAllowances } from './allowances.ts';
import type { IntendedReferences, LintMark, LintRule, LintSubject } from './lint-rule.ts';
import { type LintCode, lintRules } from './lint-rules.ts';
import { readSchemaFacts } from './schema-facts.ts';

export interface LintFinding {
  readonly rule: LintCode;
  readonly severity: LintRule['severity'];
  readonly migration: string;
  /** The line in the migration, from 1. */
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

/**
 * What there is to say about a lineage's migrations, in their order; about those named in `adopted` nothing. A comment
 * `-- varve-allow RULE: reason` anywhere in a migration keeps that rule silent about it. `intended` has the foreign keys of
 * the schema that each migration was generated from, for what SQL lost of them.
 *
 * @throws MIGRATION_FAILED, MIGRATION_REFUSED for a migration that cannot run at all.
 *
 * @example
 * ```ts
 * import { defineLineage, lintLineage } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * console.log(lintLineage(lineage).length); // 0
 * ```
 */
export function lintLineage(
  lineage: Lineage,
  adopted: ReadonlySet<string> = new Set(),
  intended: IntendedReferences = new Map(),
): LintFinding[] {
  return runOnEmpty(lineage, ({ sqlite, apply }) =>
    lineage.migrations.flatMap((migration, at) => {
      const [before, objectsBefore] = [readSchemaFacts(sqlite), readSchema(sqlite)];
      const executed: SqlStatement[] = [];
      apply(migration, (statement) => executed.push(statement));
      if (adopted.has(migration.name)) return [];
      const statements = splitStatements(migration.sql);
      const changes = new MigrationChanges(replayStatements(migration));
      const [after, objectsAfter] = [readSchemaFacts(sqlite), readSchema(sqlite)];
      const references = intended.get(migration.name) ?? [];
      const facts = { before, after, objectsBefore, objectsAfter, intended: references };
      return lintMigration({ lineage, at, migration, statements, executed, changes, ...facts });
    }),
  );
}

function lintMigration(subject: LintSubject): LintFinding[] {
  const { migration } = subject;
  const allowances = readAllowances(migration.sql);
  const allowed = new Set(allowances.filter(({ reason }) => reason).map(({ rule }) => rule));
  const rules = lintRules.filter(({ code }) => !allowed.has(code));
  const marked = rules.flatMap((rule) => rule.check(subject).map((mark) => findingOf(rule, migration, mark)));
  return [...badAllowances(migration), ...marked];
}

function findingOf(rule: LintRule<LintCode>, migration: Migration, mark: LintMark): LintFinding {
  const start = mark.statement?.tokens[0]?.start ?? 0;
  const line = lineAt(migration.sql, start);
  const { code, severity, hint } = rule;
  return { rule: code, severity, migration: migration.name, line, message: mark.message, hint };
}

function badAllowances(migration: Migration): LintFinding[] {
  const known = new Set<string>(lintRules.map(({ code }) => code));
  const bad = readAllowances(migration.sql).filter(({ rule, reason }) => !reason || !known.has(rule));
  return bad.map(({ rule, line }) => ({
    rule: 'bad-allow',
    severity: 'error',
    migration: migration.name,
    line,
    message: known.has(rule) ? `${rule} is allowed without a reason` : `there is no rule ${rule}`,
    hint: 'write -- varve-allow RULE: the reason',
  }));
}
