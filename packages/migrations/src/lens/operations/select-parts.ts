import type { Node, SelectStmt } from 'sql-parser-cst';
import { Refused } from '../refused.ts';

/** The clauses of a SELECT that inserts rows. */
export interface Select {
  readonly query: SelectStmt;
  readonly items: readonly Node[];
  readonly from: Node | undefined;
  readonly where: Node | undefined;
  readonly groupBy: readonly Node[];
  readonly having: Node | undefined;
  readonly orderBy: readonly Node[];
  readonly isDistinct: boolean;
}

/** ORDER BY decides nothing but rowids that nobody sees. @throws Refused for LIMIT and whatever else there is. */
export function selectParts(query: SelectStmt): Select {
  let select: Select = {
    query,
    items: [],
    from: undefined,
    where: undefined,
    groupBy: [],
    having: undefined,
    orderBy: [],
    isDistinct: false,
  };
  for (const clause of query.clauses) {
    if (clause.type === 'select_clause') {
      if (clause.modifiers.some((it) => it.type !== 'select_distinct'))
        throw new Refused('it selects with ALL');
      select = { ...select, items: clause.columns?.items ?? [], isDistinct: clause.modifiers.length > 0 };
    } else if (clause.type === 'from_clause') select = { ...select, from: clause.expr };
    else if (clause.type === 'where_clause') select = { ...select, where: clause.expr };
    else if (clause.type === 'group_by_clause') select = { ...select, groupBy: clause.columns.items };
    else if (clause.type === 'having_clause') select = { ...select, having: clause.expr };
    else if (clause.type === 'order_by_clause') select = { ...select, orderBy: clause.specifications.items };
    else throw new Refused(`it selects with ${clause.type}`);
  }
  return select;
}
