import stringWidth from 'string-width';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const gap = '  ';

/** Columns aligned by their widest cell, without lines, so that other programs can cut them too. A row a line. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => column.title);
  const lines = titles.some(Boolean) ? [titles, ...rows] : rows;
  const sized = lines.map((cells) => cells.map((text) => ({ text, width: stringWidth(text) })));
  const widths = columns.map((_, at) =>
    sized.reduce((most, cells) => Math.max(most, cells[at]?.width ?? 0), 0),
  );
  const pad = ({ text, width }: { text: string; width: number }, at: number): string => {
    const blanks = ' '.repeat((widths[at] ?? 0) - width);
    return columns[at]?.align === 'right' ? blanks + text : text + blanks;
  };
  return sized.map((cells) => cells.map(pad).join(gap).trimEnd()).join('\n');
}
