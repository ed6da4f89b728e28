import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RowDetail, SessionDetail, Step } from '../../../src/api/session-detail.ts';
import type { ViewProps } from '../app.tsx';
import { sessionPath } from '../parts/ask-server.ts';
import { cleanLine } from '../parts/clean.ts';
import { Failure } from '../parts/failure.tsx';
import { formatDuration, plural } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { Link } from '../parts/link.tsx';
import { changeQuery } from '../parts/place.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { useKeys } from '../parts/use-keys.ts';
import { useVirtual } from '../parts/use-virtual.ts';
import { Version } from '../parts/version.tsx';
import { summarise } from '../session/summarise.ts';
import { alignSteps, type Pair } from './align-steps.ts';
import { TextDifference } from './text-difference.tsx';

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

interface Side {
  readonly detail: SessionDetail;
  readonly rows: readonly RowDetail[];
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

function isDifferent(pair: Pair | undefined): boolean {
  return pair !== undefined && (!pair.left || !pair.right || pair.differs.length > 0);
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

interface PairRowProps {
  readonly pair: Pair;
  readonly top: number;
  readonly isAt: boolean;
  readonly onPick: () => void;
}

function PairRow({ pair, top, isAt, onPick }: PairRowProps) {
  const { left, right, differs } = pair;
  const kind = !left ? 'only-right' : !right ? 'only-left' : differs.length > 0 ? 'differs' : 'same';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the view's own
    <div
      class={`pair-row ${kind}${isAt ? ' at' : ''}`}
      role="option"
      aria-selected={isAt}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onPick}
    >
      <SideStep step={left} />
      <span class="pair-sign" title={differs.join(', ') || kind}>
        {kind === 'same' ? '=' : kind === 'differs' ? '≠' : kind === 'only-left' ? '←' : '→'}
        <span class="unseen">{kind}</span>
      </span>
      <SideStep step={right} />
    </div>
  );
}

function SideStep({ step }: { readonly step: Step | undefined }) {
  if (!step) return <span class="line-text" />;
  return (
    <span class={`line-text is-${step.state}`}>
      <Icon name={step.kind} />
      <b>{cleanLine(step.label)}</b>
      <span class={step.error === null ? 'faint' : 'bad-text'}>{cleanLine(step.error ?? step.preview)}</span>
      {step.durationMs !== null && <span class="faint pair-time">{formatDuration(step.durationMs)}</span>}
    </span>
  );
}

function PairPanel({
  pair,
  left,
  right,
}: {
  readonly pair: Pair;
  readonly left: Side;
  readonly right: Side;
}) {
  const [values, setValues] = useState<readonly [RowDetail | undefined, RowDetail | undefined]>([
    undefined,
    undefined,
  ]);
  useEffect(() => {
    setValues([
      left.rows.find(({ id }) => id === pair.left?.id),
      right.rows.find(({ id }) => id === pair.right?.id),
    ]);
  }, [pair, left, right]);
  const [a, b] = values;
  if (a && b && pair.differs.length === 0) {
    return (
      <section class="panel" aria-label="Difference">
        <p class="faint">Both are the same, but for when and how long.</p>
      </section>
    );
  }
  const names = a && b ? pair.differs : namesOf(a ?? b);
  return (
    <section class="panel" aria-label="Difference">
      {!a !== !b && <p class="faint">Only {a ? 'the left' : 'the right'} session has this step.</p>}
      {names.map((name) => (
        <TextDifference key={name} name={name} left={a?.values[name]} right={b?.values[name]} />
      ))}
    </section>
  );
}

/** Without what only says where it stands. */
function namesOf(row: RowDetail | undefined): string[] {
  const names = Object.keys(row?.values ?? {});
  return names.filter((name) => row?.values[name] != null && name !== 'seq' && name !== 'session_id');
}
