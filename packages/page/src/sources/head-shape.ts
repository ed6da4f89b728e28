import { type Lineage, replayMigrations } from '@varve/migrations';
import { type Database, openMemory } from '@varve/migrations/internal';
import type { StepKind } from '../api/index.ts';
import {
  type HeadColumn,
  readSessionRoles,
  readStepRoles,
  type SessionRoles,
  type StepRoles,
} from './column-roles.ts';

export interface HeadTable {
  readonly name: string;
  readonly columns: readonly HeadColumn[];
}

/** A table whose rows are steps of a session. */
export interface TimelineTable extends HeadTable {
  readonly kind: StepKind;
  /** The column that names a row within its session. */
  readonly key: string;
  /** The column with the session's id. */
  readonly sessionId: string;
  readonly roles: StepRoles;
  /** Columns that name a step of another timeline table, with that table; what is nearest first. */
  readonly parents: readonly { readonly column: string; readonly table: string }[];
}

export interface SessionsTable extends HeadTable {
  readonly id: string;
  readonly roles: SessionRoles;
}

/** What head's tables mean to the page, told from their names and columns: no lineage need be the standard one. */
export interface HeadShape {
  readonly tables: readonly HeadTable[];
  readonly sessions: SessionsTable | undefined;
  readonly timeline: readonly TimelineTable[];
}

const shapes = new WeakMap<Lineage, HeadShape>();

/** @throws the codes of `replayMigrations` */
export function headShapeOf(lineage: Lineage): HeadShape {
  let shape = shapes.get(lineage);
  if (!shape) {
    const sqlite = openMemory();
    try {
      replayMigrations(sqlite, lineage);
      shape = interpretTables(readTables(sqlite));
      shapes.set(lineage, shape);
    } finally {
      sqlite.close();
    }
  }
  return shape;
}

/** The tables of a database, without SQLite's, Drizzle's and varve's own. */
export function readTables(sqlite: Database): HeadTable[] {
  const names = sqlite
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
         AND name NOT LIKE '~_%' ESCAPE '~' ORDER BY rowid`,
    )
    .pluck()
    .all();
  return names.map((name) => ({ name, columns: readColumns(sqlite, name) }));
}

function readColumns(sqlite: Database, table: string): HeadColumn[] {
  return sqlite
    .prepare<[string], { name: string; type: string; pk: number }>(
      'SELECT name, type, pk FROM pragma_table_xinfo(?)',
    )
    .all(table)
    .map(({ name, type, pk }) => ({ name, type, isKey: pk > 0 }));
}

const sessionTableNames = [
  'sessions',
  'session',
  'runs',
  'run',
  'conversations',
  'threads',
  'traces',
  'trajectories',
];

export function interpretTables(tables: readonly HeadTable[]): HeadShape {
  const sessions = findSessions(tables);
  const members = sessions ? tables.flatMap((table) => asTimeline(table, sessions) ?? []) : [];
  const timeline = members.map((table) => ({ ...table, parents: findParents(table, members) }));
  return { tables, sessions, timeline };
}

function findSessions(tables: readonly HeadTable[]): SessionsTable | undefined {
  for (const wanted of sessionTableNames) {
    const table = tables.find(({ name }) => name.toLowerCase() === wanted);
    const id = table && keyOf(table);
    if (table && id) return { ...table, id, roles: readSessionRoles(table.columns) };
  }
  return undefined;
}

/** The one column of a table's primary key. */
function keyOf({ columns }: HeadTable): string | undefined {
  const keys = columns.filter(({ isKey }) => isKey);
  return keys.length === 1 ? keys[0]?.name : undefined;
}

const kinds: Readonly<Record<string, StepKind>> = {
  messages: 'message',
  message: 'message',
  model_calls: 'model',
  tool_calls: 'tool',
  calls: 'tool',
  decisions: 'decision',
  intermediate_results: 'result',
  outputs: 'output',
};

function asTimeline(table: HeadTable, sessions: SessionsTable): Omit<TimelineTable, 'parents'> | undefined {
  const wanted = `${sessions.name
    .toLowerCase()
    .replace(/(?<!ie)s$/, '')
    .replace(/ies$/, 'y')}_id`;
  const sessionId = table.columns.find(({ name }) => name.toLowerCase() === wanted)?.name;
  const key = keyOf(table);
  if (table.name === sessions.name || table.name === 'sources' || !sessionId || !key) return undefined;
  const roles = readStepRoles(table.columns);
  const isStep = key.toLowerCase() === 'seq' || roles.startedAt !== undefined || roles.preview !== undefined;
  return isStep
    ? { ...table, key, sessionId, roles, kind: kinds[table.name.toLowerCase()] ?? 'row' }
    : undefined;
}

/** In the order in which a step is told to belong to another. */
const parentColumns: readonly (readonly [column: string, table: string])[] = [
  ['tool_call_seq', 'tool_calls'],
  ['decision_seq', 'decisions'],
  ['model_call_seq', 'model_calls'],
];

function findParents(
  table: Pick<HeadTable, 'columns'>,
  members: readonly HeadTable[],
): TimelineTable['parents'] {
  return parentColumns.flatMap(([column, parent]) => {
    const isThere =
      table.columns.some(({ name }) => name === column) && members.some(({ name }) => name === parent);
    return isThere ? [{ column, table: parent }] : [];
  });
}
