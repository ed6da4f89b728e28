import type { Database } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import {
  keywordOf,
  nameMissingInUse,
  quoteIdentifier,
  type SqlStatement,
  splitStatements,
} from '../sql/index.ts';
import { replayStatements } from './replay-statements.ts';
import { runOnEmpty } from './run-on-empty.ts';

/**
 * Makes anew the triggers and views of a file that a driver with texts in double quotes wrote, as a replay of the lineage
 * makes them: here they would fail when they are used. One that fails for another reason, as for a column that is gone,
 * stays as it is.
 */
export function resolveStoredStrings(sqlite: Database, lineage: Lineage): void {
  const stored = sqlite
    .prepare<[], { type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view') AND instr(sql, '"') ORDER BY rowid`,
    )
    .all();
  const failing = stored.filter(({ sql }) => nameMissingInUse(sqlite, sql) !== undefined);
  if (failing.length === 0) return;
  const resolved = resolvedBodies(lineage);
  for (const { type, name, sql } of failing) {
    const text = resolved.get(plainText(splitStatements(sql)[0]));
    if (text !== undefined) sqlite.exec(`DROP ${type} main.${quoteIdentifier(name)}; ${text}`);
  }
}

/** The statements that replay had to rewrite, by their text without quotes. */
function resolvedBodies(lineage: Lineage): Map<string, string> {
  const bodies = new Map<string, string>();
  try {
    runOnEmpty(lineage, ({ apply }) => {
      for (const migration of lineage.migrations) {
        const written = new Set(replayStatements(migration).map(({ text }) => text));
        apply(migration, (statement) => {
          const isRewritten = keywordOf(statement.tokens[0]) === 'CREATE' && !written.has(statement.text);
          if (isRewritten) bodies.set(plainText(statement), statement.text);
        });
      }
    });
  } catch {
    // A lineage that fails on an empty database still has those from before.
  }
  return bodies;
}

function plainText(statement: SqlStatement | undefined): string {
  const tokens = statement?.tokens ?? [];
  return tokens.map(({ text }) => text.replace(/^[`"'[](.*)[`"'\]]$/s, '$1').toLowerCase()).join(' ');
}
