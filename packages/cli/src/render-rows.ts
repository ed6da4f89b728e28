import type { QueryResult } from '@varve/aggregator';
import { escapeControls } from './escape-controls.ts';
import { renderTable } from './render-table.ts';

/** Rows for a person: numbers to the right, blobs by their size, NULL as nothing, a row a line. */
export function renderRows({ columns, rows }: QueryResult): string {
  const isNumeric = (at: number) => rows.every((row) => ['number', 'bigint'].includes(typeof row[at]));
  const titles = columns.map((title, at) => ({ title, align: isNumeric(at) ? 'right' : 'left' }) as const);
  return renderTable(
    titles,
    rows.map((row) => row.map(renderValue)),
  );
}

function renderValue(value: unknown): string {
  if (value === null) return '';
  return Buffer.isBuffer(value) ? `(blob of ${value.length} bytes)` : escapeControls(String(value));
}

/** Rows for a program: an object each. */
export function rowObjects({ columns, rows }: QueryResult): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
}
