import { identifierOf, nameKey, tokenizeSql } from '../sql/index.ts';
import type { LensTables } from './lens-tables.ts';
import type { Relation } from './program.ts';
import { Refused } from './refused.ts';
import type { OpaqueShape, Shape } from './shape.ts';
import type { TableShape } from './table-shape.ts';

/**
 * A full-text table of the file whose texts lie in another one reads that one as it lies in the file. So it shows what
 * head's would only while the other keeps its rowids and those columns.
 *
 * @throws Refused where pending migrations change them
 */
export function assertContentsStay({ name, columns }: OpaqueShape, head: Shape, tables: LensTables): void {
  const key = nameKey(name);
  const sql = head.objects.find((it) => it.type === 'table' && nameKey(it.name) === key)?.sql ?? '';
  const contents = contentsOf(sql);
  if (!contents || tables.virtual(key)?.stage) return;
  const [table, before] = [head, tables.start].map((shape) => shape.tables.get(nameKey(contents)));
  if (table && before && stay(columns, { table, before, relation: tables.get(contents) })) return;
  throw new Refused(`the contents of ${name} lie in ${contents}, which pending migrations change`);
}

/** `content = t` among the options of FTS5 and FTS4; an empty name means that there are none. */
function contentsOf(sql: string): string | undefined {
  const tokens = [...tokenizeSql(sql)].filter(({ kind }) => kind !== 'comment');
  const at = tokens.findIndex(
    ({ text }, place) => text.toLowerCase() === 'content' && tokens[place + 1]?.text === '=',
  );
  return at < 0 ? undefined : identifierOf(tokens[at + 2]);
}

interface Contents {
  readonly table: TableShape;
  readonly before: TableShape;
  readonly relation: Relation;
}

function stay(columns: readonly string[], { table, before, relation }: Contents): boolean {
  if (before.hasRowid !== table.hasRowid || before.rowidAlias !== table.rowidAlias) return false;
  if (relation.renumberedBy && table.hasRowid && table.rowidAlias === undefined) return false;
  return columns.every((column) => lies(column, nameKey(column), { table, relation }));
}

/** True where the column of the rows, through whatever changes others of them, is one of the file's table. */
function lies(
  column: string,
  inFile: string,
  { table, relation }: Pick<Contents, 'table' | 'relation'>,
): boolean {
  const [arm] = relation.arms;
  if (!arm || relation.arms.length !== 1 || arm.where !== undefined) return false;
  const at = relation.columns.findIndex((it) => nameKey(it) === nameKey(column));
  const below = arm.values[at]?.column;
  if (below === undefined) return false;
  if (arm.source.kind === 'relation') return lies(below, inFile, { table, relation: arm.source.relation });
  if (arm.source.kind !== 'table' || arm.source.stage) return false;
  return nameKey(arm.source.name) === nameKey(table.name) && nameKey(below) === inFile;
}
