import { csvLine, type PreparedQuery } from '@varve/aggregator/internal';
import { type Command, Option } from 'commander';
import { escapeControls, escapeJson } from './escape-controls.ts';
import { renderJson } from './render-json.ts';
import { alignBy } from './render-table.ts';

export interface RowsOptions {
  readonly csv?: boolean;
  readonly safe?: boolean;
  readonly json?: boolean;
}

export function addRowsOptions(command: Command): void {
  command
    .addOption(new Option('--csv', 'the rows as CSV, after a line of their names').conflicts('json'))
    .option(
      '--safe',
      'with --csv: a text that a spreadsheet would take for a formula begins with an apostrophe',
    );
}

/** The rows of a query as text, piece by piece: few are in memory. */
export function* renderRows(query: PreparedQuery, { csv, json, safe }: RowsOptions): Generator<string> {
  if (json) yield* jsonPieces(query);
  else if (csv) yield* csvLines(query, safe ? defuse : (value) => value);
  else yield* tableLines(query);
}

/** An array with an object for each row, as `renderJson` would print it. */
function* jsonPieces({ columns, iterate }: PreparedQuery): Generator<string> {
  const names = columns.map((column) => `    ${escapeJson(JSON.stringify(column))}: `);
  let before = '[\n  ';
  for (const row of iterate()) {
    const fields = row.map((value, at) => names[at] + jsonField(value));
    yield `${before}{\n${fields.join(',\n')}\n  }`;
    before = ',\n  ';
  }
  yield before.startsWith('[') ? '[]\n' : '\n]\n';
}

function jsonField(value: unknown): string {
  if (typeof value === 'string') return escapeJson(JSON.stringify(value));
  return typeof value === 'bigint' ? String(value) : renderJson(value).replaceAll('\n', '\n    ');
}

function* csvLines(
  { columns, iterate }: PreparedQuery,
  prepare: (value: unknown) => unknown,
): Generator<string> {
  yield `${csvLine(columns.map(prepare))}\n`;
  for (const row of iterate()) yield `${csvLine(row.map(prepare))}\n`;
}

/** Source: https://owasp.org/www-community/attacks/CSV_Injection */
function defuse(value: unknown): unknown {
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}

type Row = readonly unknown[];

/** So many rows decide how wide the columns of a table are, and which are numbers. */
const decidingRows = 1000;

/** Rows for a person: numbers to the right, blobs by their size, NULL as nothing, a row a line. */
function* tableLines({ columns, iterate }: PreparedQuery): Generator<string> {
  const first: Row[] = [];
  let table: Table | undefined;
  for (const row of iterate()) {
    if (table) yield table.line(row);
    else if (first.push(row) === decidingRows) {
      table = alignRows(columns, first);
      yield table.first;
    }
  }
  if (!table) yield alignRows(columns, first).first;
}

interface Table {
  /** The lines of the titles and of the rows that decided. */
  readonly first: string;
  /** The line of a further row. */
  readonly line: (row: Row) => string;
}

function alignRows(titles: readonly string[], rows: readonly Row[]): Table {
  const isNumeric = (at: number) => rows.every((row) => ['number', 'bigint'].includes(typeof row[at]));
  const shown = titles.map(escapeControls);
  const columns = shown.map((title, at) => ({ title, align: isNumeric(at) ? 'right' : 'left' }) as const);
  const cells = [shown, ...rows.map((row) => row.map(renderValue))];
  const align = alignBy(columns, cells);
  return {
    first: cells.map((row) => `${align(row)}\n`).join(''),
    line: (row) => `${align(row.map(renderValue))}\n`,
  };
}

function renderValue(value: unknown): string {
  if (value === null) return '';
  return Buffer.isBuffer(value) ? `(blob of ${value.length} bytes)` : escapeControls(String(value));
}
