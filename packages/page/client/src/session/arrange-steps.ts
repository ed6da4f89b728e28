import type { ChildSession, SessionDetail, Step } from '../../../src/api/session-detail.ts';

/** A line of the timeline: a step, or a session that a step started. `of` is the session whose step or child it is. */
export type Line =
  | {
      readonly type: 'step';
      readonly id: string;
      readonly depth: number;
      readonly of: SessionDetail;
      readonly step: Step;
    }
  | {
      readonly type: 'session';
      readonly id: string;
      readonly depth: number;
      readonly child: ChildSession;
      /** Whether its own lines follow. */
      readonly isOpen: boolean;
    };

/** The sessions that are shown within the one that started them, by their keys. */
export type OpenSessions = ReadonlyMap<string, SessionDetail>;

const deepest = 6;

/**
 * The steps in their order, each as deep as it is nested, and the sessions they started below them, with their own
 * steps where they are open. The ids of those begin with their session's key: `key/table:seq`.
 */
export function arrangeSteps(detail: SessionDetail, open: OpenSessions = new Map()): Line[] {
  return arrange(detail, { open, idPrefix: '', depth: 0, above: new Set([detail.key]) });
}

interface Place {
  readonly open: OpenSessions;
  readonly idPrefix: string;
  readonly depth: number;
  /** The sessions that it lies in: files can name each other in a circle. */
  readonly above: ReadonlySet<string>;
}

function arrange(detail: SessionDetail, place: Place): Line[] {
  const depths = depthsOf(detail.steps);
  const started = Map.groupBy(detail.children, ({ parentStep }) => parentStep);
  const lines = detail.steps.flatMap((step): Line[] => {
    const depth = Math.min(deepest, place.depth + (depths.get(step.id) ?? 0));
    const own: Line = { type: 'step', id: `${place.idPrefix}${step.id}`, depth, of: detail, step };
    const below = started.get(step.id) ?? [];
    return [own, ...below.flatMap((child) => arrangeChild(child, { ...place, depth: depth + 1 }))];
  });
  for (const child of started.get(null) ?? [])
    placeByTime(lines, arrangeChild(child, { ...place, depth: place.depth + 1 }), child);
  return lines;
}

function arrangeChild(child: ChildSession, { open, idPrefix, depth, above }: Place): Line[] {
  const id = `${idPrefix}session:${child.key}`;
  const detail = above.has(child.key) ? undefined : open.get(child.key);
  const own: Line = { type: 'session', id, depth: Math.min(deepest, depth), child, isOpen: Boolean(detail) };
  if (!detail) return [own];
  const within = { open, idPrefix: `${child.key}/`, depth: depth + 1, above: new Set([...above, child.key]) };
  return [own, ...arrange(detail, within)];
}

function depthsOf(steps: readonly Step[]): ReadonlyMap<string, number> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const depths = new Map<string, number>();
  const depthOf = (step: Step): number => {
    const known = depths.get(step.id);
    if (known !== undefined) return known;
    depths.set(step.id, 0);
    const parent = step.parent === null ? undefined : byId.get(step.parent);
    const depth = parent && parent !== step ? Math.min(deepest, depthOf(parent) + 1) : 0;
    depths.set(step.id, depth);
    return depth;
  };
  for (const step of steps) depthOf(step);
  return depths;
}

function placeByTime(lines: Line[], added: readonly Line[], { startedAtMs }: ChildSession): void {
  const at = lines.findIndex(
    (it) => it.type === 'step' && startedAtMs !== null && (it.step.startedAtMs ?? 0) > startedAtMs,
  );
  lines.splice(at < 0 ? lines.length : at, 0, ...added);
}

export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** From the first start to the last end; undefined where no step has a time, or all have the same. */
export function spanOf(lines: readonly Line[]): TimeSpan | undefined {
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    const { startedAtMs, durationMs } = line.type === 'step' ? line.step : line.child;
    if (startedAtMs === null) continue;
    startMs = Math.min(startMs, startedAtMs);
    endMs = Math.max(endMs, startedAtMs + Math.max(0, durationMs ?? 0));
  }
  return endMs > startMs ? { startMs, endMs } : undefined;
}
