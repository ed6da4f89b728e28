import type { WarehouseKind } from './contract.ts';

/** What engines write otherwise in tab-separated text. */
export interface TabSeparatedOptions {
  readonly infinity: string;
  /** As it stands in a field. */
  readonly blob: (bytes: Buffer) => string;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

/** Renders a row as COPY of Postgres and TabSeparated of ClickHouse read it. Integers come as bigint. */
export function tabSeparatedLine(
  row: readonly unknown[],
  kinds: readonly WarehouseKind[],
  options: TabSeparatedOptions,
): string {
  return `${row.map((value, at) => field(value, kinds[at] ?? 'mixed', options)).join('\t')}\n`;
}

function field(value: unknown, kind: WarehouseKind, { infinity, blob }: TabSeparatedOptions): string {
  if (value === null) return '\\N';
  if (typeof value === 'bigint') return String(value);
  if (value === Number.POSITIVE_INFINITY) return infinity;
  if (value === Number.NEGATIVE_INFINITY) return `-${infinity}`;
  if (typeof value === 'number') return String(value);
  if (Buffer.isBuffer(value)) return kind === 'blob' ? blob(value) : value.toString('base64');
  return String(value).replace(/[\\\t\n\r\0]/g, (it) => escapes[it] ?? it);
}
