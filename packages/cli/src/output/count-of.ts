/** A count and what is counted, by its name for one: `1 record`, `2 records`. */
export function countOf(count: number | bigint, one: string): string {
  return `${count} ${one}${Number(count) === 1 ? '' : 's'}`;
}
