import { textWidth } from './text-width.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const gap = '  ';

/** Columns aligned by their widest cell, without lines, so that other programs can cut them too. A row a line. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => column.title);
  const lines = titles.some(Boolean) ? [titles, ...rows] : rows;
  return lines.map(alignBy(columns, lines)).join('\n');
}

/** Makes a line of a row's cells. The columns are as wide as these rows need; in a row with a wider cell, what follows it moves. */
export function alignBy(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): (row: readonly string[]) => string {
  const widths = columns.map((_, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[at] ?? '')), 0),
  );
  const pad = (text: string, at: number): string => {
    const blanks = ' '.repeat(Math.max(0, Math.min(widths[at] ?? 0, mostBlanks) - widthOf(text)));
    return columns[at]?.align === 'right' ? blanks + text : text + blanks;
  };
  return (row) => row.map(pad).join(gap).trimEnd();
}

/** Wider than any terminal; beyond it nobody sees columns, and to measure a text of megabytes takes minutes. */
const mostBlanks = 10_000;

function widthOf(text: string): number {
  return text.length > mostBlanks ? text.length : textWidth(text);
}
