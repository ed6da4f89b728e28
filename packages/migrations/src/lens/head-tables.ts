import { nameKey, quoteIdentifier } from '../sql/index.ts';
import { assertContentsStay } from './contents-elsewhere.ts';
import { isIdentity } from './is-identity.ts';
import { keepsRecords } from './keeps-records.ts';
import type { LensTable } from './lens.ts';
import type { LensTables } from './lens-tables.ts';
import type { Relation, Stage } from './program.ts';
import { Refused } from './refused.ts';
import { isEmpty, withoutColumns } from './relation.ts';
import { renderRelation } from './render-relation.ts';
import type { OpaqueShape, Shape } from './shape.ts';
import { stagesBehind } from './stage/live-stages.ts';
import type { TableShape } from './table-shape.ts';

export interface HeadTable extends LensTable {
  /** What the connection makes for it: nothing where its name already means head's rows. */
  readonly made: 'nothing' | 'view' | 'table';
  /** The stages that it is read from. */
  readonly stages: ReadonlySet<Stage>;
}

/** The tables of head, each with the cheapest exact way to read it. */
export function headTables(head: Shape, tables: LensTables): HeadTable[] {
  const ordinary = [...head.tables.keys()]
    .filter((key) => !head.temp.has(key))
    .map((key) => {
      const [table, relation] = [head.tables.get(key) as TableShape, tables.get(key)];
      const before = tables.start.tables.get(key);
      return { ...ordinaryTable(table, before, relation), ...factsOf(table, relation, tables) };
    });
  for (const table of head.opaque.values()) assertContentsStay(table, head, tables);
  return [...ordinary, ...[...head.opaque.values()].map((table) => opaqueTable(table, tables))];
}

type Facts = Pick<LensTable, 'hasFreeRowids' | 'wholeOf' | 'keepsRecords' | 'isEmpty'>;

function factsOf(table: TableShape, relation: Relation, tables: LensTables): Facts {
  const keepsRecords = liesAsBefore(table, relation, tables);
  return { ...rowidFacts(table, relation), keepsRecords, isEmpty: isEmpty(relation) };
}

function liesAsBefore(table: TableShape, relation: Relation, { start }: LensTables): boolean {
  const before = start.tables.get(nameKey(wholeTable(relation) ?? ''));
  return before !== undefined && keepsRecords(table, before, relation);
}

function rowidFacts(
  { hasRowid, rowidAlias }: TableShape,
  relation: Relation,
): Pick<Facts, 'hasFreeRowids' | 'wholeOf'> {
  const isRenumbered = relation.renumberedBy !== undefined || isEmpty(relation);
  return {
    hasFreeRowids: !hasRowid || rowidAlias !== undefined || isRenumbered,
    wholeOf: wholeTable(relation),
  };
}

function wholeTable({ arms: [arm, ...others] }: Relation): string | undefined {
  if (!arm || others.length > 0 || arm.where !== undefined) return undefined;
  if (arm.source.kind === 'table') return arm.source.stage ? undefined : arm.source.name;
  return arm.source.kind === 'relation' ? wholeTable(arm.source.relation) : undefined;
}

function ordinaryTable(
  table: TableShape,
  before: TableShape | undefined,
  relation: Relation,
): Omit<HeadTable, keyof Facts> {
  const columns = table.columns.map((column) => column.name);
  if (columns.join('\0') !== relation.columns.join('\0')) {
    throw new Refused(`the columns of ${table.name} are not those that were compiled`);
  }
  if (before && isIdentity(table, before, relation)) return identityTable(table.name, columns);
  const stages = stagesBehind(relation);
  const toStore = reasonToStore(columns, relation);
  const generated = table.columns.filter((column) => column.isGenerated).map((column) => column.name);
  const read = withoutColumns(relation, toStore ? generated : []);
  const toRun = reasonToRun(stages);
  return {
    name: table.name,
    columns: read.columns,
    strategy: toStore || toRun ? 'materialized' : 'view',
    why: toRun ?? toStore ?? 'pending migrations change it',
    made: toStore ? 'table' : 'view',
    stages,
    select: (schema) => renderRelation(read, schema),
  };
}

function reasonToStore(columns: readonly string[], { arms }: Relation): string | undefined {
  const computed = columns.filter((_, at) => arms.some((arm) => arm.values[at] === undefined));
  if (computed.length > 0) return `SQLite must compute ${computed.join(', ')}`;
  return arms.find((arm) => arm.materializeReason !== undefined)?.materializeReason;
}

function reasonToRun(stages: ReadonlySet<Stage>): string | undefined {
  const run = [...stages].findLast((stage) => stage.runs.length > 0)?.runs[0];
  if (run) return `SQLite must run a statement of ${run.migration}: ${run.reason}`;
  return stages.size > 0 ? 'many pending changes build on one another' : undefined;
}

function identityTable(name: string, columns: readonly string[]): Omit<HeadTable, keyof Facts> {
  return { ...tableAsItLies(name, columns), strategy: 'identity', why: undefined, stages: new Set() };
}

/** A virtual table, or one that such a table keeps for itself: of the file, or made in TEMP under its own name. */
function opaqueTable({ name, columns }: OpaqueShape, tables: LensTables): HeadTable {
  const stage = tables.virtual(nameKey(name))?.stage ?? tables.stageOfOwner(name);
  const stages = new Set(stage ? [stage] : []);
  const why = reasonToRun(stages);
  const rowids = {
    hasFreeRowids: false,
    wholeOf: stage ? undefined : name,
    keepsRecords: !stage,
    isEmpty: false,
  };
  if (why === undefined) return { ...identityTable(name, columns), ...rowids };
  return { ...tableAsItLies(name, columns, 'temp'), ...rowids, strategy: 'materialized', why, stages };
}

function tableAsItLies(name: string, columns: readonly string[], where?: 'temp') {
  const list = columns.map(quoteIdentifier).join(', ');
  const select = (schema: string) =>
    `SELECT ${list}\nFROM ${quoteIdentifier(where ?? schema)}.${quoteIdentifier(name)}`;
  return { name, columns, select, made: 'nothing' } as const;
}
