import type { DeleteStmt, InsertStmt, QualifiedName, UpdateStmt } from '../../sql/index.ts';
import { Refused } from '../refused.ts';

/** The table a statement changes, and the name its expressions know it by. */
export function targetOf({ dbName, objName, alias }: QualifiedName): { table: string; alias: string } {
  if (dbName) throw new Refused('it names the schema of its table');
  return { table: objName.text, alias: alias?.text ?? objName.text };
}

/** @throws Refused for the clauses that any statement which changes rows may have, and that no query expresses. */
export function assertPlain(verb: string, statement: DeleteStmt | InsertStmt | UpdateStmt): void {
  const clauses = Object.entries({
    WITH: statement.with,
    RETURNING: statement.returning,
    'OR …': 'orConflict' in statement ? statement.orConflict : undefined,
    'INDEXED BY': 'indexed' in statement ? statement.indexed : undefined,
    'ORDER BY': 'orderBy' in statement ? statement.orderBy : undefined,
    LIMIT: 'limit' in statement ? statement.limit : undefined,
    FROM: 'from' in statement ? statement.from : undefined,
  });
  const found = clauses.find(([, clause]) => clause !== undefined);
  if (found) throw new Refused(`it is ${verb} with ${found[0]}`);
}
