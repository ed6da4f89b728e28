import { useMemo, useState } from 'preact/hooks';
import type { RowDetail, SessionDetail } from '../../../src/api/session-detail.ts';
import type { ViewProps } from '../app.tsx';
import { sessionPath } from '../parts/ask-server.ts';
import { cleanLine } from '../parts/clean.ts';
import { Failure } from '../parts/failure.tsx';
import { plural } from '../parts/format.ts';
import { Link } from '../parts/link.tsx';
import { changeQuery } from '../parts/place.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { useKeys } from '../parts/use-keys.ts';
import { useVirtual } from '../parts/use-virtual.ts';
import { Version } from '../parts/version.tsx';
import { summarise } from '../session/summarise.ts';
import { alignSteps, isDifferent } from './align-steps.ts';
import { PairPanel, type Side } from './pair-panel.tsx';
import { PairRow } from './pair-row.tsx';

/** Two sessions side by side, their steps aligned, what differs marked. */
export function CompareView({ place: { query } }: ViewProps) {
  const left = useSide(query.get('left'));
  const right = useSide(query.get('right'));
  const error = left.error ?? right.error;
  if (error) return <Failure error={error} />;
  if (!query.has('left') || !query.has('right'))
    return <p class="empty">Mark two sessions in the table with x.</p>;
  if (!left.detail || !right.detail || !left.rows || !right.rows) return <p class="faint pad">…</p>;
  return (
    <Comparison
      left={{ ...left, detail: left.detail, rows: left.rows }}
      right={{ ...right, detail: right.detail, rows: right.rows }}
      query={query}
    />
  );
}

function useSide(key: string | null) {
  const detail = useAnswer<SessionDetail>(key === null ? undefined : sessionPath(key));
  const rows = useAnswer<readonly RowDetail[]>(key === null ? undefined : sessionPath(key, '/all'));
  return { detail: detail.value, rows: rows.value, error: detail.error ?? rows.error };
}

interface ComparisonProps {
  readonly left: Side;
  readonly right: Side;
  readonly query: URLSearchParams;
}

const size = 29;

function Comparison({ left, right, query }: ComparisonProps) {
  const pairs = useMemo(
    () => alignSteps([left.detail.steps, right.detail.steps], [left.rows, right.rows]),
    [left.detail, right.detail, left.rows, right.rows],
  );
  const [at, setAt] = useState(Number(query.get('at') ?? -1));
  const { scroller, virtualizer, items, height } = useVirtual({ count: pairs.length, size, overscan: 15 });
  const pick = (to: number) => {
    const next = Math.max(0, Math.min(pairs.length - 1, to));
    setAt(next);
    changeQuery({ at: String(next) });
    virtualizer.scrollToIndex(next);
  };
  const pickDifference = (direction: 1 | -1) => {
    for (let next = at + direction; next >= 0 && next < pairs.length; next += direction) {
      if (isDifferent(pairs[next])) return pick(next);
    }
  };
  useKeys({
    j: () => pick(at + 1),
    k: () => pick(at - 1),
    ArrowDown: () => pick(at + 1),
    ArrowUp: () => pick(at - 1),
    d: () => pickDifference(1),
    D: () => pickDifference(-1),
  });
  const pair = pairs[at];
  const different = pairs.filter(isDifferent).length;
  return (
    <div class="compare">
      <h1 class="unseen">Compare</h1>
      <header class="compare-heads">
        <SideHead detail={left.detail} />
        <SideHead detail={right.detail} />
      </header>
      <div class="tabs">
        <span class="faint">
          {plural(pairs.length, 'line')}, {plural(different, 'difference')}
        </span>
        {different > 0 && (
          <button type="button" class="plain" onClick={() => pickDifference(1)}>
            Next difference <kbd>d</kbd>
          </button>
        )}
      </div>
      <div class={`session-body${pair ? ' with-panel' : ''}`}>
        <div class="scroller" ref={scroller} role="listbox" tabIndex={0} aria-label="Steps of both">
          <div class="space" role="presentation" style={{ height: `${height}px` }}>
            {items.map(({ index, start }) => {
              const it = pairs[index];
              return (
                it && (
                  <PairRow key={index} pair={it} top={start} isAt={index === at} onPick={() => pick(index)} />
                )
              );
            })}
          </div>
        </div>
        {pair && <PairPanel pair={pair} left={left} right={right} />}
      </div>
    </div>
  );
}

function SideHead({ detail }: { readonly detail: SessionDetail }) {
  const { name, facts, failures } = summarise(detail);
  return (
    <div>
      <h2>
        <Link to={`/session/${detail.key}`}>{cleanLine(name)}</Link>
      </h2>
      <p class="measures">
        <Version version={detail.origin.version} head={detail.origin.head} />
        {facts.map((fact) => (
          <span key={fact}>{cleanLine(fact)}</span>
        ))}
        {failures > 0 && <b class="bad">{plural(failures, 'failure')}</b>}
      </p>
    </div>
  );
}
