import { listDrizzleColumns, listJsonColumns } from '@varve/aggregator/internal';
import type { Lineage } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { Origin, SessionDetail } from '../api/index.ts';
import type { HeadShape, OpenFile } from '../sources/index.ts';
import { readSessionRow } from './read-row.ts';
import { readSteps } from './read-steps.ts';

export type ReadDetail = Pick<
  SessionDetail,
  'session' | 'sessionId' | 'steps' | 'hasMessages' | 'tables' | 'encodedColumns' | 'origin'
>;

/** One session of a file that is open: its row, its timeline, and how it is read. */
export function readDetail(
  open: OpenFile,
  { shape, lineage }: { readonly shape: HeadShape; readonly lineage: Lineage | undefined },
  sessionId: string | null,
): ReadDetail {
  const steps = readSteps(open.sqlite, shape, sessionId);
  return {
    session: readSessionRow(open.sqlite, shape, sessionId),
    sessionId,
    steps,
    hasMessages: steps.some(({ kind }) => kind === 'message'),
    tables: countTables(open, shape),
    encodedColumns: lineage ? listEncodedColumns(lineage) : null,
    origin: describeOrigin(open, lineage),
  };
}

function listEncodedColumns(lineage: Lineage): SessionDetail['encodedColumns'] {
  if (Object.keys(lineage.tables).length === 0) return null;
  const booleans = listDrizzleColumns(lineage, ({ dataType }) => dataType === 'boolean');
  return Object.fromEntries([
    ...[...listJsonColumns(lineage)].map((name) => [name, 'json'] as const),
    ...[...booleans].map((name) => [name, 'boolean'] as const),
  ]);
}

function countTables({ sqlite, plan }: OpenFile, { tables, timeline }: HeadShape): SessionDetail['tables'] {
  const strategies = new Map(plan?.tables.map(({ name, strategy }) => [name, strategy]));
  const names = new Set(timeline.map(({ name }) => name));
  return tables.map(({ name }) => ({
    name,
    rows:
      sqlite
        .prepare<[], number>(`SELECT count(*) FROM ${quoteIdentifier(name)}`)
        .pluck()
        .get() ?? 0,
    isTimeline: names.has(name),
    strategy: strategies.get(name) ?? null,
  }));
}

function describeOrigin({ version, originalVersion, plan }: OpenFile, lineage: Lineage | undefined): Origin {
  const migrations = lineage?.migrations ?? [];
  return {
    version,
    originalVersion,
    head: lineage ? migrations.length : null,
    migration: migrations[(version ?? 0) - 1]?.name ?? null,
    pending: version === null ? [] : migrations.slice(version).map(({ name }) => name),
    strategy: plan?.strategy ?? 'view',
    why: plan?.why ?? null,
  };
}
