import { VarveError } from '@varve/schema';
import type { Drop } from './drop.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { Rename } from './rename.ts';

/** What a person has said of names that went. */
export interface Decisions {
  readonly renames: readonly Rename[];
  readonly drops: readonly Drop[];
}

/** Names that went and names that came in one place, so that one may be the other's. */
export interface NameDifference {
  /** The table whose columns these are; undefined where they are tables. */
  readonly table: string | undefined;
  /** Without those that are said to be renamed or to go. */
  readonly went: readonly string[];
  /** Without those that are said to be new names. */
  readonly came: readonly string[];
}

/** The tables first, and then each table that is there before and after. */
export function schemaDifference(before: Snapshot, now: Snapshot, decisions: Decisions): NameDifference[] {
  const { renames, drops } = decisions;
  const nameNow = (table: string) =>
    renames.find((it) => it.table === undefined && it.from === table)?.to ?? table;
  const was = new Map([...before.tables].map(([name, columns]) => [nameNow(name), columns]));
  const gone = drops.filter(({ column }) => column === undefined).map(({ table }) => table);
  const tables = { table: undefined, ...difference([...was.keys()], [...now.tables.keys()], gone) };
  const columns = [...now.tables].flatMap(([table, names]) => {
    const old = was.get(table);
    if (!old) return [];
    const moved = renames.filter((it) => it.table === table);
    const columnNow = (name: string) => moved.find(({ from }) => from === name)?.to ?? name;
    const dropped = drops.filter((it) => it.table === table).map(({ column }) => column ?? '');
    return [{ table, ...difference(old.map(columnNow), names, dropped) }];
  });
  return [tables, ...columns].filter(({ went, came }) => went.length + came.length > 0);
}

function difference(before: readonly string[], now: readonly string[], dropped: readonly string[]) {
  return {
    went: before.filter((name) => !now.includes(name) && !dropped.includes(name)),
    came: now.filter((name) => !before.includes(name)),
  };
}

/** The error for names that may be the same thing; it names what went and what came. */
export function unclearRename(differences: readonly NameDifference[]): VarveError {
  const unclear = differences.filter(({ went, came }) => went.length > 0 && came.length > 0);
  const [first] = unclear;
  const said = unclear.map(
    ({ table, went, came }) => `${table ?? 'the schema'} lost ${listed(went)} and gained ${listed(came)}`,
  );
  return new VarveError(
    'RENAME_UNCLEAR',
    `${said.join('; ') || 'the schema lost a name and gained one'}: is that a rename?`,
    {
      hint: first
        ? hintFor(first)
        : 'if so, --rename table.old=new or --rename-table old=new; if it goes, --drop table.column or --drop-table table',
      details: { differences: unclear },
    },
  );
}

function hintFor({ table, went: [old], came: [now] }: NameDifference): string {
  if (table === undefined) return `if so, --rename-table ${old}=${now}; if it goes, --drop-table ${old}`;
  return `if so, --rename ${table}.${old}=${now}; if it goes, --drop ${table}.${old}`;
}

const listed = (names: readonly string[]): string => names.join(', ');
