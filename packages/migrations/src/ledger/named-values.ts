import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '../driver/index.ts';
import type { Migration } from '../lineage/index.ts';
import { quoteIdentifier } from '../sql/index.ts';
import type { Ledger } from './find-ledger.ts';

/** A row as the tool writes it whose ledger it is: by number or by name, as the last one is. */
export function namedValues(
  sqlite: Database,
  { nameColumn = '', from, columns }: Ledger,
  migration: Migration,
): Record<string, unknown> {
  const { name, sql } = migration;
  const [number = '', label = ''] = /^(\d+)_?(.*)$/s.exec(name)?.slice(1) ?? [];
  const last = sqlite
    .prepare<[], unknown>(`SELECT ${quoteIdentifier(nameColumn)} FROM ${from} ORDER BY rowid DESC LIMIT 1`)
    .pluck()
    .get();
  const written = { [nameColumn]: writtenName(name, number, last) };
  if (isOfPrisma(columns)) return { ...prismaValues(sql), ...written };
  return {
    description: label.replaceAll('_', ' '),
    is_applied: 1,
    success: 1,
    checksum: createHash('sha384').update(sql).digest(),
    execution_time: 0,
    ...(isOfKysely(columns) && { timestamp: new Date().toISOString() }),
    ...(isOfTypeOrm(columns) && { timestamp: typeOrmStamp(migration) }),
    ...written,
  };
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

function isOfKysely(columns: Ledger['columns']): boolean {
  return columns.size === 2 && columns.has('timestamp');
}

function isOfTypeOrm(columns: Ledger['columns']): boolean {
  return columns.size === 3 && ['id', 'timestamp', 'name'].every((column) => columns.has(column));
}

/** TypeORM takes the last 13 digits of a migration's class, and goes on from the latest of them. */
function typeOrmStamp({ name, createdAtMs }: Migration): bigint {
  return BigInt(/\d{13}$/.exec(name)?.[0] ?? createdAtMs);
}
