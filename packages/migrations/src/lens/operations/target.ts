import type { Node } from 'sql-parser-cst';
import { Refused } from '../refused.ts';

/** The table a statement changes, and the name its expressions know it by. */
export function targetOf(node: Node | undefined): { table: string; alias: string } {
  if (node?.type === 'alias' && node.expr.type === 'identifier') {
    return { table: node.expr.name, alias: node.alias.name };
  }
  if (node?.type === 'identifier') return { table: node.name, alias: node.name };
  throw new Refused('it names its table in a way that the lens does not know');
}
