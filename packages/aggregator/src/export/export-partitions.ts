import { createHash } from 'node:crypto';
import type { Database } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';

export const partitionings = ['day', 'month', 'agent'] as const;
export type Partitioning = (typeof partitionings)[number];

export interface ExportPartition {
  /** Null for archives without a session. */
  readonly value: string | null;
  /** Of its first archive in `temp._parts`. */
  readonly rowid: number;
  /** Of the archives that it is made of. */
  readonly digest: string;
}

/** The session's, in UTC. */
const expressions: Record<Partitioning, string> = {
  day: `date(min("started_at_ms") / 1000, 'unixepoch')`,
  month: `strftime('%Y-%m', min("started_at_ms") / 1000, 'unixepoch')`,
  agent: 'min("agent_name")',
};

/**
 * Divides the archives of a view. Which archive belongs to which part is then in the table `temp._parts`, by which rows
 * are selected through the index that begins with their archive.
 *
 * @throws USAGE where the lineage's sessions do not have the column.
 */
export function divideArchives(sqlite: Database, by: Partitioning | undefined): ExportPartition[] {
  const value = by
    ? `(SELECT ${expressions[by]} FROM main."sessions" WHERE "_archive" = archive."id")`
    : 'NULL';
  try {
    sqlite.exec(`CREATE TEMP TABLE "_parts" AS
      SELECT "id" AS archive, ${value} AS part, json_array("path", "size_bytes", "mtime_ms", "version", "read_at_ms") AS seen
      FROM main."_archives" AS archive WHERE "state" IN ('unified', 'gone') ORDER BY "path"`);
  } catch (cause) {
    throw new VarveError('USAGE', `the sessions of this lineage cannot be divided by ${by}`, {
      hint: 'leave the partitions away: they need the standard columns of sessions',
      cause,
    });
  }
  const archives = sqlite
    .prepare<[], { part: string | null; seen: string; rowid: number }>(
      'SELECT part, seen, rowid FROM temp."_parts" ORDER BY part, rowid',
    )
    .all();
  const parts = Map.groupBy(archives, ({ part }) => part);
  if (!by && parts.size === 0) parts.set(null, []);
  return [...parts].map(([part, members]) => ({
    value: part,
    rowid: members[0]?.rowid ?? 0,
    digest: createHash('sha256')
      .update(members.map(({ seen }) => seen).join('\n'))
      .digest('hex'),
  }));
}

/** The rows of a query that belong to a partition. */
export function selectPartition(sql: string, { rowid }: ExportPartition): string {
  const part = `(SELECT part FROM temp."_parts" WHERE rowid = ${rowid})`;
  return `SELECT * FROM (${sql}\n) WHERE "_archive" IN (SELECT archive FROM temp."_parts" WHERE part IS ${part})`;
}

/**
 * As Hive, Spark and DuckDB name the folders of partitions. Of a value that is longer than the name of a folder can be, the
 * beginning and a digest.
 */
export function partitionFolder(by: Partitioning, value: string | null): string {
  if (value === null) return `${by}=__HIVE_DEFAULT_PARTITION__`;
  const encoded = encodeURIComponent(value.toWellFormed());
  if (encoded.length <= mostValueChars) return `${by}=${encoded}`;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 16);
  return `${by}=${encoded.slice(0, mostValueChars - 20).replace(/%[0-9A-F]?$/, '')}~${digest}`;
}

const mostValueChars = 200;

export function selectTable(table: string): string {
  return `SELECT * FROM main.${quoteIdentifier(table)}`;
}
