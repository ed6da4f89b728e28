import { keywordOf, nameAt, type SqlStatement } from '../../sql/index.ts';
import { changesRowsOnly } from '../changes-rows-only.ts';
import { beginsWith, nameAfter } from '../operation.ts';
import { alteration } from '../operations/alteration.ts';
import { hasQuery } from '../operations/create-table.ts';

const verbs: Readonly<Record<string, string>> = {
  INSERT: 'INTO',
  REPLACE: 'INTO',
  UPDATE: 'UPDATE',
  DELETE: 'FROM',
};

/** The table or view whose rows a statement changes, or that it makes; undefined for one that is never staged. */
export function targetOfStatement(statement: SqlStatement): string | undefined {
  if (changesRowsOnly(statement)) return changedTable(statement);
  if (beginsWith(statement, 'CREATE', 'TEMP|TEMPORARY?', 'TABLE') && hasQuery(statement)) {
    return nameAfter(statement, 'TABLE');
  }
  const change = beginsWith(statement, 'ALTER', 'TABLE') ? alteration(statement) : undefined;
  return change?.action === 'ADD' ? change.table : undefined;
}

/** The verb stands outside of the parentheses that hold the queries of a WITH. */
function changedTable({ tokens }: SqlStatement): string | undefined {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const before = verbs[keywordOf(token)];
    if (depth > 0 || before === undefined) continue;
    const place = tokens.findIndex((it, place) => place >= at && keywordOf(it) === before);
    const conflict = keywordOf(tokens[place + 1]) === 'OR' ? 2 : 0;
    return place === -1 ? undefined : nameAt(tokens, place + 1 + conflict);
  }
  return undefined;
}
