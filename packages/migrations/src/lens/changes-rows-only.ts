import { keywordOf, type SqlStatement } from '../sql/index.ts';

const verbs = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH', 'SELECT', 'PRAGMA']);

/** True for a statement that leaves the schema as it is. */
export function changesRowsOnly({ tokens }: SqlStatement): boolean {
  return verbs.has(keywordOf(tokens[0]));
}
