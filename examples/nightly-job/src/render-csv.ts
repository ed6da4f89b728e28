/** Rows as RFC 4180 has them, the names of the columns first. */
export function renderCsv(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return lines.map((cells) => `${cells.map(renderCell).join(',')}\r\n`).join('');
}

function renderCell(value: unknown): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
