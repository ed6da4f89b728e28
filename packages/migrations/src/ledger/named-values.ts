import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '../driver/index.ts';
import type { Migration } from '../lineage/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { Ledger } from './find-ledger.ts';

/** A row as the tool writes it whose ledger it is: by number or by name, and when, as the last one says. */
export function namedValues(
  sqlite: Database,
  { nameColumn = '', from, columns }: Ledger,
  migration: Migration,
): Record<string, unknown> {
  const { name, sql } = migration;
  const [number = '', label = ''] = /^(\d+)_?(.*)$/s.exec(name)?.slice(1) ?? [];
  const read = [nameColumn, ...[...columns].filter((it) => it !== nameColumn && ofTime.test(it))];
  const [last, ...times] =
    sqlite
      .prepare<[], unknown[]>(
        `SELECT ${read.map(quoteIdentifier).join(', ')} FROM ${from} ORDER BY rowid DESC LIMIT 1`,
      )
      .raw()
      .get() ?? [];
  const written = { [nameColumn]: writtenName(name, number, last) };
  if (isOfPrisma(columns)) return { ...prismaValues(sql), ...written };
  const nows = times.map((time, at) => [read[at + 1] ?? '', nowAs(time)] as const);
  return {
    ...Object.fromEntries(nows.filter(([, now]) => now !== undefined)),
    description: label.replaceAll('_', ' '),
    is_applied: 1,
    success: 1,
    checksum: createHash('sha384').update(sql).digest(),
    execution_time: 0,
    ...(isOfTypeOrm(columns) && { timestamp: typeOrmStamp(migration) }),
    ...written,
  };
}

/** Columns in which a tool may say when a migration was applied. */
const ofTime = /(?:_at|_on|At|On|time|date|stamp|applied|executed)$/;

/** Undefined where the last time is of no form that is known: then it is left to the column's default. */
function nowAs(last: unknown): string | number | undefined {
  const now = new Date();
  if (typeof last === 'number') {
    if (isOfLate(last)) return now.getTime();
    return isOfLate(last * 1000) ? Math.floor(now.getTime() / 1000) : undefined;
  }
  if (typeof last !== 'string') return undefined;
  if (/^\d{4}-\d\d-\d\dT/.test(last)) return now.toISOString();
  return /^\d{4}-\d\d-\d\d \d/.test(last) ? now.toISOString().slice(0, 19).replace('T', ' ') : undefined;
}

/** From 2001 to 2096. */
function isOfLate(ms: number): boolean {
  return ms > 1e12 && ms < 4e12;
}

/** Diesel, dbmate and Rails write the number as text. */
function writtenName(name: string, number: string, last: unknown): string | bigint {
  if (number !== '' && typeof last === 'number') return BigInt(number);
  if (typeof last !== 'string') return name;
  if (number !== '' && /^\d+$/.test(last)) return number;
  return last.endsWith('.sql') ? `${name}.sql` : name;
}

/** Prisma takes a migration that is not finished for one that failed. */
export function isOfPrisma(columns: Ledger['columns']): boolean {
  return ['finished_at', 'rolled_back_at', 'applied_steps_count'].every((column) => columns.has(column));
}

function prismaValues(sql: string): Record<string, unknown> {
  const nowMs = Date.now();
  return {
    id: randomUUID(),
    checksum: createHash('sha256').update(sql).digest('hex'),
    started_at: nowMs,
    finished_at: nowMs,
    applied_steps_count: 1,
  };
}

function isOfTypeOrm(columns: Ledger['columns']): boolean {
  return columns.size === 3 && ['id', 'timestamp', 'name'].every((column) => columns.has(column));
}

/** TypeORM takes the last 13 digits of a migration's class, and goes on from the latest of them. */
function typeOrmStamp({ name, createdAtMs }: Migration): bigint {
  return BigInt(/\d{13}$/.exec(name)?.[0] ?? createdAtMs);
}
