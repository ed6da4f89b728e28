import { diffLines } from 'diff';
import { useMemo } from 'preact/hooks';
import type { Cell } from '../../../src/api/session-detail.ts';
import { clean, cleanLine } from '../parts/clean.ts';
import { parseJson } from '../session/parse-json.ts';

const longest = 60_000;

export interface TextDifferenceProps {
  readonly name: string;
  readonly left: Cell | undefined;
  readonly right: Cell | undefined;
}

/** A value of two rows, line by line: what only the left has, and what only the right has. Of one row, its value. */
export function TextDifference({ name, left, right }: TextDifferenceProps) {
  const only = left === undefined ? right : right === undefined ? left : undefined;
  const changes = useMemo(
    () =>
      only !== undefined
        ? [{ value: toLines(only), added: false, removed: false }]
        : (diffLines(toLines(left), toLines(right), { timeout: 1500 }) ?? [
            { value: 'too long to compare', added: false, removed: false },
          ]),
    [left, right, only],
  );
  return (
    <section class="value">
      <h3>{cleanLine(name)}</h3>
      <pre class="text changes">
        {changes.map(({ value, added, removed }, at) => {
          const Tag = added ? 'ins' : removed ? 'del' : 'span';
          return <Tag key={at}>{clean(value)}</Tag>;
        })}
      </pre>
    </section>
  );
}

function toLines(cell: Cell | undefined): string {
  if (cell === undefined || cell === null) return 'null\n';
  if (typeof cell === 'object') return `${cell.blob.sizeBytes} bytes\n`;
  const value = typeof cell === 'string' ? parseJson(cell)?.value : undefined;
  const text = value === undefined ? String(cell) : JSON.stringify(value, null, 2);
  return `${text.slice(0, longest)}\n`;
}
