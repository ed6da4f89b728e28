import { useState } from 'preact/hooks';
import type { Cell } from '../../../src/api/session-detail.ts';
import { cleanLine } from './clean.ts';
import { formatSize } from './format.ts';
import { useVirtual } from './use-virtual.ts';

export interface GridProps {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly label: string;
}

const size = 28;
const sampled = 60;

/** Rows of a query or a table; a click shows all of a cell. */
export function Grid({ columns, rows, label }: GridProps) {
  const { scroller, items, height } = useVirtual({ count: rows.length, size, overscan: 20 });
  const [chosen, setChosen] = useState<string>();
  const widths = columns.map((name, at) =>
    widthOf(
      name,
      rows.slice(0, sampled).map((row) => row[at] ?? null),
    ),
  );
  const template = { gridTemplateColumns: widths.map((width) => `${width}ch`).join(' ') };
  const isNumber = columns.map((_, at) =>
    rows.slice(0, sampled).every((row) => typeof row[at] === 'number' || row[at] === null),
  );
  return (
    <div class="grid-frame">
      <div
        class="grid"
        ref={scroller}
        role="table"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows.length + 1}
      >
        <div class="grid-row grid-head" role="row" style={template}>
          {columns.map((name, at) => (
            <span key={name} role="columnheader" class={isNumber[at] ? 'number' : ''}>
              {cleanLine(name)}
            </span>
          ))}
        </div>
        <div class="space" role="rowgroup" style={{ height: `${height}px` }}>
          {items.map(({ index, start }) => (
            <div
              key={index}
              class="grid-row"
              role="row"
              aria-rowindex={index + 2}
              style={{ ...template, transform: `translateY(${start}px)` }}
            >
              {columns.map((name, at) => {
                const text = showCell(rows[index]?.[at] ?? null);
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: what a cell holds can be selected and copied as well
                  <span
                    key={name}
                    role="cell"
                    class={isNumber[at] ? 'number' : text === null ? 'faint' : ''}
                    onClick={() => setChosen(text !== null && text.length > 30 ? text : undefined)}
                  >
                    {text === null ? 'null' : cleanLine(text.slice(0, 300))}
                  </span>
                );
              })}
            </div>
          ))}
        </div>
      </div>
      {chosen !== undefined && <pre class="text chosen-cell">{cleanLine(chosen)}</pre>}
    </div>
  );
}

export function showCell(cell: Cell): string | null {
  if (cell === null) return null;
  return typeof cell === 'object' ? `${cell.blob.type}, ${formatSize(cell.blob.sizeBytes)}` : String(cell);
}

function widthOf(name: string, cells: readonly Cell[]): number {
  const longest = Math.max(name.length, ...cells.map((cell) => (showCell(cell) ?? 'null').length));
  return Math.min(44, Math.max(7, longest + 3));
}
