import type { Lineage } from '../lineage/index.ts';
import { type Expr, nameKey, rowidNames } from '../sql/index.ts';
import type { LensTables } from './lens-tables.ts';
import type { Relation } from './program.ts';
import { Refused } from './refused.ts';
import type { Shape } from './shape.ts';
import type { Value } from './value.ts';

/** A table that a FROM clause, an UPDATE or a DELETE brings into sight. */
export interface FrameTable {
  /** The name key by which columns are qualified. */
  readonly alias: string;
  /** The name key of the table itself; undefined for a table-valued function. */
  readonly table: string | undefined;
  readonly values: ReadonlyMap<string, Value | undefined>;
}

/** The tables of one query; an inner query sees those of the outer ones too. */
export interface Frame {
  readonly tables: readonly FrameTable[];
}

/** Where an expression stands. */
export interface Scope {
  /** The statement as written; nodes carry ranges into it. */
  readonly sql: string;
  readonly lineage: Lineage;
  readonly tables: LensTables;
  readonly shape: Shape;
  /** From the outermost to the innermost. */
  readonly frames: readonly Frame[];
  /** Tables that subqueries read, by the name they use: filled while expressions are read. */
  readonly reads: Map<string, Relation>;
  /** The name keys of the outermost query's columns, once for each mention: filled while expressions are read. */
  readonly uses: string[];
  /** Which aggregates the place allows: none, those of any order of rows, or all. */
  readonly aggregates: 'none' | 'orderless' | 'ordered';
}

export interface ResolvedColumn {
  readonly value: Value;
  readonly frame: Frame;
  readonly frameTable: FrameTable;
}

/** The column a name means: of the innermost query that has one. */
export function resolveColumn(scope: Scope, name: string, qualifier?: string): ResolvedColumn {
  const key = nameKey(name);
  for (const frame of scope.frames.toReversed()) {
    for (const frameTable of frame.tables) {
      if (qualifier !== undefined && frameTable.alias !== nameKey(qualifier)) continue;
      if (!frameTable.values.has(key)) continue;
      const value = frameTable.values.get(key);
      if (!value)
        throw new Refused(`it reads the generated column ${name} of rows that SQLite has not stored`);
      return { value, frame, frameTable };
    }
  }
  if (rowidNames.includes(key)) throw new Refused('it reads the rowid, which the lens does not keep');
  throw new Refused(`the column ${name} is not one of the tables it reads`);
}

/** True when a name without a qualifier means a column. */
export function hasColumn({ frames }: Pick<Scope, 'frames'>, name: string): boolean {
  return frames.some((frame) => frame.tables.some((table) => table.values.has(nameKey(name))));
}

/** The column that an expression is; undefined for one that is not just a name. */
export function resolveNode(node: Expr, scope: Scope): ResolvedColumn | undefined {
  if (node.type === 'Id') return hasColumn(scope, node.name) ? resolveColumn(scope, node.name) : undefined;
  if (node.type !== 'QualifiedExpr' || node.schema) return undefined;
  return resolveColumn(scope, node.column.text, node.table.text);
}
