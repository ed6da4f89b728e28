/** A time in milliseconds since 1970, whether a column has it in those, in seconds or as a text; null where it is none. */
export function toMs(value: unknown): number | null {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\d/.test(value) ? parseDate(value) : null;
  if (typeof value !== 'number' || value < 1e8) return null;
  return value < 1e11 ? value * 1000 : value;
}

/** SQLite writes UTC without saying so. */
function parseDate(text: string): number | null {
  const isPlain = /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text);
  const ms = Date.parse(isPlain ? `${text.replace(' ', 'T')}Z` : text);
  return Number.isNaN(ms) ? null : ms;
}
