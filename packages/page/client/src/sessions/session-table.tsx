import { useEffect, useState } from 'preact/hooks';
import type { PageInfo, SessionRow, Snippet } from '../../../src/api/session-list.ts';
import { cleanLine } from '../parts/clean.ts';
import { changeQuery, goTo } from '../parts/place.ts';
import { useKeys } from '../parts/use-keys.ts';
import { useVirtual } from '../parts/use-virtual.ts';
import { useWide } from '../parts/use-wide.ts';
import { type Column, columnsOf } from './columns.tsx';
import type { SessionPages } from './session-pages.ts';

export interface SessionTableProps {
  readonly pages: SessionPages;
  readonly sort: string;
  readonly head: number | null;
  readonly tables: PageInfo['tables'];
  readonly isSearch: boolean;
  /** The row the keys work on. */
  readonly at: number;
  readonly onAt: (at: number) => void;
  readonly marked: readonly string[];
  readonly onMark: (key: string) => void;
}

const headSize = 30;

/** As many rows as there are sessions; in the document are those that can be seen. */
export function SessionTable(props: SessionTableProps) {
  const { pages, at, onAt, onMark, isSearch, head, sort, marked, tables } = props;
  const { total = 0 } = pages;
  const isWide = useWide(760);
  const isRoomy = useWide(1080);
  const columns = columnsOf(tables, isRoomy);
  const size = (isWide ? 33 : 62) + (isSearch ? 22 : 0);
  const { scroller, virtualizer, items, height } = useVirtual({
    count: total,
    size,
    overscan: 12,
    top: isWide ? headSize : 0,
  });
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => pages.show(first, last), [first, last, pages.show]);
  const move = (to: number) => {
    const next = Math.max(0, Math.min(total - 1, to));
    onAt(next);
    virtualizer.scrollToIndex(next);
  };
  const open = () => {
    const row = pages.row(at);
    if (row && row.code === null) goTo(`/session/${row.key}`);
  };
  const page = Math.max(1, Math.floor((virtualizer.scrollRect?.height ?? size) / size) - 1);
  useKeys({
    j: () => move(at + 1),
    k: () => move(at - 1),
    ArrowDown: () => move(at + 1),
    ArrowUp: () => move(at - 1),
    PageDown: () => move(at + page),
    PageUp: () => move(at - page),
    Home: () => move(0),
    End: () => move(total - 1),
    Enter: open,
    x: () => {
      const row = pages.row(at);
      if (row) onMark(row.key);
    },
  });
  return (
    <div
      class={`table sessions${isWide ? '' : ' narrow'}`}
      role="grid"
      aria-label="Sessions"
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      style={{ '--columns': ['26px', ...columns.map(({ width }) => width)].join(' ') }}
    >
      <div class="scroller" ref={scroller} role="rowgroup" tabIndex={0} aria-label="Rows">
        {isWide && <HeadRow sort={sort} columns={columns} />}
        <div class="space" role="presentation" style={{ height: `${height}px` }}>
          {items.map((item) => (
            <Row
              key={item.index}
              row={pages.row(item.index)}
              columns={columns}
              index={item.index}
              top={item.start - (isWide ? headSize : 0)}
              size={size}
              head={head}
              isAt={item.index === at}
              isMarked={marked.includes(pages.row(item.index)?.key ?? '')}
              onMark={onMark}
              onAt={onAt}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface HeadRowProps {
  readonly sort: string;
  readonly columns: readonly Column[];
}

function HeadRow({ sort, columns }: HeadRowProps) {
  const [, down = '', by = ''] = /^(-?)(.*)$/.exec(sort) ?? [];
  const [hint] = useState('sort; again to turn around');
  return (
    <div class="row head" role="row" aria-rowindex={1}>
      <span role="columnheader" class="cell cell-mark">
        <span class="unseen">compare</span>
      </span>
      {columns.map(({ name, title, isNumber }) => {
        const isBy = name === by;
        const order = !isBy ? 'none' : down ? 'descending' : 'ascending';
        const next = isBy ? (down ? name : `-${name}`) : isNumber ? `-${name}` : name;
        return (
          <span key={name} role="columnheader" class={`cell cell-${name}`} aria-sort={order}>
            <button type="button" class="quiet" title={hint} onClick={() => changeQuery({ sort: next })}>
              {title}
              {isBy && <i aria-hidden="true">{down ? ' ↓' : ' ↑'}</i>}
            </button>
          </span>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly columns: readonly Column[];
  readonly row: SessionRow | undefined;
  readonly index: number;
  readonly top: number;
  readonly size: number;
  readonly head: number | null;
  readonly isAt: boolean;
  readonly isMarked: boolean;
  readonly onMark: (key: string) => void;
  readonly onAt: (at: number) => void;
}

function Row({ columns, row, index, top, size, head, isAt, isMarked, onMark, onAt }: RowProps) {
  const place = { transform: `translateY(${top}px)`, height: `${size}px` };
  const follow = (event: MouseEvent) => {
    onAt(index);
    if (!row || row.code !== null || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goTo(`/session/${row.key}`);
  };
  const kinds = `row${isAt ? ' at' : ''}${row?.code ? ' broken' : ''}`;
  return (
    <div class={kinds} role="row" aria-rowindex={index + 2} aria-selected={isAt} style={place}>
      <span role="gridcell" class="cell cell-mark">
        {row && (
          <input
            type="checkbox"
            checked={isMarked}
            aria-label="mark to compare"
            onChange={() => onMark(row.key)}
            tabIndex={-1}
          />
        )}
      </span>
      {columns.map(({ name, cell }) => (
        <span key={name} role="gridcell" class={`cell cell-${name}`}>
          {row === undefined ? (
            <i class="waiting" />
          ) : name === 'title' && row.code === null ? (
            <a href={`/session/${row.key}`} tabIndex={-1} onClick={follow}>
              {cell(row, head)}
            </a>
          ) : (
            cell(row, head)
          )}
        </span>
      ))}
      {row?.snippet && <Found snippet={row.snippet} />}
    </div>
  );
}

function Found({ snippet: { before, hit, after } }: { readonly snippet: Snippet }) {
  return (
    <span class="snippet" role="gridcell">
      {cleanLine(before)}
      <mark>{cleanLine(hit)}</mark>
      {cleanLine(after)}
    </span>
  );
}
