import { nameKey, quoteIdentifier } from '../sql/index.ts';
import type { HeadTable } from './head-tables.ts';
import type { Lens, LensStage } from './lens.ts';
import type { Shape } from './shape.ts';

/** What a connection runs so that head's names mean head's rows, and names that head does not know mean none. */
export function setupStatements(
  stages: readonly LensStage[],
  tables: readonly HeadTable[],
  views: Lens['views'],
  head: Shape,
  start: Shape,
): Pick<Lens, 'setup' | 'overlays'> {
  const stored = tables.filter(({ made }) => made === 'table');
  const viewed = tables.filter(({ made }) => made === 'view');
  return {
    setup: [
      ...stages.flatMap((stage) => stage.setup),
      ...stored.flatMap((table) => storeStatements(table, head)),
    ],
    overlays: [
      ...viewed.map((table) => ({ name: table.name, sql: viewStatement(table) })),
      ...views,
      ...namesGone(start, head).map((name) => ({ name, sql: hideStatement(name) })),
    ],
  };
}

/** `temp.t` shadows `main.t`. */
function viewStatement(table: HeadTable): string {
  return `CREATE TEMP VIEW ${quoteIdentifier(table.name)} AS\n${table.select('main')}`;
}

/** The table is made by head's own statement, so that SQLite computes, converts and checks as in a replay. */
function storeStatements(table: HeadTable, head: Shape): string[] {
  const own = head.objects.filter((it) => nameKey(it.table) === nameKey(table.name));
  const ddl = own.find((it) => it.type === 'table')?.sql ?? '';
  const columns = table.columns.map(quoteIdentifier).join(', ');
  return [
    ddl.replace(/^CREATE TABLE/i, 'CREATE TEMP TABLE'),
    `INSERT INTO temp.${quoteIdentifier(table.name)} (${columns})\n${table.select('main')}`,
    ...own.filter((it) => it.type === 'index').map((it) => it.sql),
  ];
}

function namesGone(start: Shape, head: Shape): string[] {
  const isRelation = (it: Shape['objects'][number]) => it.type === 'table' || it.type === 'view';
  const known = new Set(head.objects.filter(isRelation).map((it) => nameKey(it.name)));
  return start.objects.filter((it) => isRelation(it) && !known.has(nameKey(it.name))).map((it) => it.name);
}

/** A query of the old table fails, as it does at head, with a message that says why. */
function hideStatement(name: string): string {
  const missing = quoteIdentifier(`${name}, which head does not have`);
  return `CREATE TEMP VIEW ${quoteIdentifier(name)} AS SELECT * FROM temp.${missing}`;
}
