import type { ChildSession, SessionDetail, Step } from '../../../src/api/session-detail.ts';

/** A line of the timeline: a step, or a session that a step started. */
export type Line =
  | { readonly type: 'step'; readonly id: string; readonly depth: number; readonly step: Step }
  | { readonly type: 'session'; readonly id: string; readonly depth: number; readonly child: ChildSession };

const deepest = 6;

/** The steps in their order, each as deep as it is nested, and the sessions they started below them. */
export function arrangeSteps({ steps, children }: Pick<SessionDetail, 'steps' | 'children'>): Line[] {
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
  const lines = steps.flatMap((step): Line[] => {
    const own: Line = { type: 'step', id: step.id, depth: depthOf(step), step };
    const started = children.filter(({ parentStep }) => parentStep === step.id);
    return [own, ...started.map((child) => toLine(child, own.depth + 1))];
  });
  for (const child of children) if (child.parentStep === null) placeByTime(lines, toLine(child, 1), child);
  return lines;
}

function toLine(child: ChildSession, depth: number): Line {
  return { type: 'session', id: `session:${child.key}`, depth, child };
}

function placeByTime(lines: Line[], line: Line, { startedAtMs }: ChildSession): void {
  const at = lines.findIndex(
    (it) => it.type === 'step' && startedAtMs !== null && (it.step.startedAtMs ?? 0) > startedAtMs,
  );
  if (at < 0) lines.push(line);
  else lines.splice(at, 0, line);
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
