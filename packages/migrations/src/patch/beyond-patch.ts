import type { Step } from '../lens/index.ts';
import { isAlterColumn } from '../replay/index.ts';
import { keywordOf, nameAt, nameKey } from '../sql/index.ts';
import { asksForCounters, withoutCounters } from './counters.ts';
import { onceFor } from './once-for.ts';
import { differenceOf } from './read-alteration.ts';

/** Whether only a replay does what the statement does, whatever it is about. */
export const isBeyondPatch: (step: Step) => boolean = onceFor((step) => {
  const { statement, before, after } = step;
  const isPragma = keywordOf(statement.tokens[0]) === 'PRAGMA';
  if (before.isObscured || after.isObscured || makesMore(step)) return true;
  if (isPragma && !isLegacyPragma(step)) return true;
  return asksForMoreThanRows(step) || isAlterColumn(statement);
});

/** What a connection counts, or what the schema says in between, is another where statements changed places. */
const asked =
  /\b(last_insert_rowid|changes|total_changes|sqlite_\w+|pragma_\w+|dbstat|__drizzle_migrations)\b/i;

/** It changes what ALTER TABLE does to the schema, and nothing else. */
export function isLegacyPragma({ statement: { tokens } }: Step): boolean {
  return keywordOf(tokens[0]) === 'PRAGMA' && nameKey(nameAt(tokens, 1) ?? '') === 'legacy_alter_table';
}

function asksForMoreThanRows(step: Step): boolean {
  const { statement, before } = step;
  const text = asksForCounters(step) ? withoutCounters(statement.text) : statement.text;
  return asked.test(text) || before.objects.some(({ type, sql }) => type !== 'index' && asked.test(sql));
}

/** One statement makes one object, and a virtual table those that it keeps for itself. */
function makesMore(step: Step): boolean {
  const { tokens } = step.statement;
  const isCreate = keywordOf(tokens[0]) === 'CREATE';
  if (isCreate && keywordOf(tokens[1]) === 'VIRTUAL') return false;
  return differenceOf(step).created.length > (isCreate ? 1 : 0);
}
