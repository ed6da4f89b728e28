import { appendFileSync, writeFileSync } from 'node:fs';
import { inPieces } from '@varve/core/internal';
import type { ColumnKind, ExportColumn } from './column-kinds.ts';
import { openParquetFile } from './parquet-file.ts';
import type { RowFile } from './row-file.ts';

export const exportFormats = ['parquet', 'jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export function openRowFile(path: string, format: ExportFormat, columns: readonly ExportColumn[]): RowFile {
  if (format === 'parquet') return openParquetFile(path, columns);
  if (format === 'jsonl') return openLines(path, jsonLines(columns));
  const file = openLines(path, csvLine);
  file.write(columns.map(({ name }) => name));
  return file;
}

const bufferChars = 1 << 20;

function openLines(path: string, render: (row: readonly unknown[]) => string): RowFile {
  let buffer = '';
  writeFileSync(path, '');
  const flush = () => {
    appendFileSync(path, buffer);
    buffer = '';
  };
  return {
    write(row) {
      buffer += `${render(row)}\n`;
      if (buffer.length > bufferChars) flush();
    },
    flush,
    close: flush,
  };
}

function jsonLines(columns: readonly ExportColumn[]): (row: readonly unknown[]) => string {
  const labels = columns.map(({ name }, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  return (row) => {
    let line = '';
    columns.forEach(({ kind }, at) => {
      line += labels[at] + jsonValue(kind, row[at]);
    });
    return `${line}}`;
  };
}

function jsonValue(kind: ColumnKind, value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Buffer.isBuffer(value)) return JSON.stringify({ base64: value.toString('base64') });
  // Beyond what JSON can say, as SQLite itself writes it.
  if (value === Number.POSITIVE_INFINITY) return '9e999';
  if (value === Number.NEGATIVE_INFINITY) return '-9e999';
  if (kind !== 'json' || typeof value !== 'string') return JSON.stringify(value);
  // A line must stay a line.
  return value.includes('\n') || value.includes('\r')
    ? inPieces(value, (piece) => piece.replaceAll(/[\r\n]/g, ' '))
    : value;
}

/** A row of values as SQLite has them. Source: RFC 4180. NULL is nothing, an empty text is `""`, a blob is base64. */
export function csvLine(row: readonly unknown[]): string {
  return row.map(csvField).join(',');
}

function csvField(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  const text = Buffer.isBuffer(value) ? value.toString('base64') : String(value);
  if (text !== '' && !/[",\r\n]/.test(text)) return text;
  return `"${inPieces(text, (piece) => piece.replace(/"/g, '""'))}"`;
}
