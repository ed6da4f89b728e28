import { useEffect, useState } from 'preact/hooks';
import type { RowDetail, SessionDetail } from '../../../src/api/session-detail.ts';
import type { Pair } from './align-steps.ts';
import { TextDifference } from './text-difference.tsx';

export interface Side {
  readonly detail: SessionDetail;
  readonly rows: readonly RowDetail[];
}

interface PairPanelProps {
  readonly pair: Pair;
  readonly left: Side;
  readonly right: Side;
}

/** The values in which two aligned steps differ, or all of a step that stands alone. */
export function PairPanel({ pair, left, right }: PairPanelProps) {
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
