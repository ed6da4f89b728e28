import { diffArrays } from 'diff';
import type { RowDetail, Step } from '../../../src/api/session-detail.ts';

export interface Pair {
  readonly left: Step | undefined;
  readonly right: Step | undefined;
  /** The columns in which the two rows differ, where both are there. */
  readonly differs: readonly string[];
}

const timeoutMs = 2000;

/** Steps of two sessions side by side: those of one kind and name that follow each other in both are pairs. */
export function alignSteps(
  [left, right]: readonly [readonly Step[], readonly Step[]],
  [leftRows, rightRows]: readonly [readonly RowDetail[], readonly RowDetail[]],
): Pair[] {
  const values = new Map([
    ...leftRows.map((row) => [`l ${row.id}`, row] as const),
    ...rightRows.map((row) => [`r ${row.id}`, row] as const),
  ]);
  const pair = (a: Step | undefined, b: Step | undefined): Pair => ({
    left: a,
    right: b,
    differs: a && b ? differences(values.get(`l ${a.id}`), values.get(`r ${b.id}`)) : [],
  });
  const changes = diffArrays(left.map(nameOf), right.map(nameOf), { timeout: timeoutMs });
  if (!changes)
    return left
      .map((step, at) => pair(step, right[at]))
      .concat(right.slice(left.length).map((step) => pair(undefined, step)));
  let [l, r] = [0, 0];
  return changes.flatMap(({ added, removed, value }) =>
    value.map(() => pair(added ? undefined : left[l++], removed ? undefined : right[r++])),
  );
}

function nameOf({ kind, label }: Step): string {
  return kind === 'decision' || kind === 'model' ? kind : `${kind} ${label}`;
}

/** What differs between any two runs says nothing. */
const incidental = /(^|_)(seq|id)$|_at_ms$|_at$|(duration|token|latency|took)_ms$/;

function differences(left: RowDetail | undefined, right: RowDetail | undefined): string[] {
  if (!left || !right) return [];
  const names = new Set([...Object.keys(left.values), ...Object.keys(right.values)]);
  return [...names].filter(
    (name) =>
      !incidental.test(name) &&
      JSON.stringify(left.values[name] ?? null) !== JSON.stringify(right.values[name] ?? null),
  );
}

export function isDifferent(pair: Pair | undefined): boolean {
  return pair !== undefined && (!pair.left || !pair.right || pair.differs.length > 0);
}
