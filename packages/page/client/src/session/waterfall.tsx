import { useEffect } from 'preact/hooks';
import { cleanLine } from '../parts/clean.ts';
import { formatDuration, formatExactTime } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { goTo } from '../parts/place.ts';
import { useVirtual } from '../parts/use-virtual.ts';
import type { Line, TimeSpan } from './arrange-steps.ts';
import { useSessionApi } from './session-api.ts';

export interface WaterfallProps {
  readonly lines: readonly Line[];
  readonly span: TimeSpan | undefined;
  readonly at: number;
  readonly onAt: (at: number) => void;
  /** Shows a session's own steps within the one that started it, or hides them. */
  readonly onToggle: (key: string) => void;
  /** Whether the end is to be kept in view, as the session grows. */
  readonly follows: boolean;
}

const size = 29;

/** The steps as they followed each other, with when and how long. */
export function Waterfall({ lines, span, at, onAt, onToggle, follows }: WaterfallProps) {
  const { scroller, virtualizer, items, height } = useVirtual({ count: lines.length, size, overscan: 15 });
  useEffect(() => {
    if (at >= 0) virtualizer.scrollToIndex(at);
  }, [at, virtualizer]);
  useEffect(() => {
    if (follows && at < 0) virtualizer.scrollToIndex(lines.length - 1);
  }, [follows, lines.length, at, virtualizer]);
  return (
    <div class="scroller waterfall" ref={scroller} role="listbox" tabIndex={0} aria-label="Steps">
      <div class="space" role="presentation" style={{ height: `${height}px` }}>
        {items.map(({ index, start }) => {
          const line = lines[index];
          return (
            line && (
              <LineRow
                key={line.id}
                line={line}
                span={span}
                top={start}
                isAt={index === at}
                index={index}
                count={lines.length}
                onPick={() => onAt(index)}
                onToggle={onToggle}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface LineRowProps {
  readonly line: Line;
  readonly span: TimeSpan | undefined;
  readonly top: number;
  readonly isAt: boolean;
  readonly index: number;
  readonly count: number;
  readonly onPick: () => void;
  readonly onToggle: (key: string) => void;
}

function LineRow({ line, span, top, isAt, index, count, onPick, onToggle }: LineRowProps) {
  const item = line.type === 'step' ? line.step : line.child;
  const state = line.type === 'step' ? line.step.state : line.child.failures ? 'failed' : 'none';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the view's own
    <div
      class={`line${isAt ? ' at' : ''} is-${state}`}
      role="option"
      aria-selected={isAt}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={{ transform: `translateY(${top}px)`, '--deep': String(line.depth) }}
      onClick={(event) => {
        const hit = event.target instanceof Element ? event.target : null;
        if (line.type === 'session' && hit?.closest('.twisty')) onToggle(line.child.key);
        else if (line.type === 'session' && hit?.closest('.leads')) goTo(`/session/${line.child.key}`);
        else onPick();
      }}
    >
      <span class="line-text">
        {line.type === 'step' ? <StepText line={line} /> : <ChildText line={line} />}
      </span>
      <span class="line-bar" title={item.startedAtMs === null ? '' : formatExactTime(item.startedAtMs)}>
        {span && <Bar item={item} span={span} kind={line.type === 'step' ? line.step.kind : 'session'} />}
      </span>
      <span class="line-time">{item.durationMs === null ? '' : formatDuration(item.durationMs)}</span>
    </div>
  );
}

function StepText({ line }: { readonly line: Extract<Line, { type: 'step' }> }) {
  const { kind, label, preview, error, attempt, state } = line.step;
  const text = error ?? preview;
  return (
    <>
      <Icon name={kind} />
      <b>{cleanLine(label)}</b>
      {attempt !== null && attempt > 1 && <i class="badge">attempt {attempt}</i>}
      {state === 'running' && <i class="badge busy">under way</i>}
      <span class={error === null ? 'faint' : 'bad-text'}>{label === text ? '' : cleanLine(text)}</span>
    </>
  );
}

function ChildText({ line }: { readonly line: Extract<Line, { type: 'session' }> }) {
  const { agentName, title, sessionId, steps } = line.child;
  const { hasOthers } = useSessionApi();
  return (
    <>
      {hasOthers && (
        <span class="twisty" aria-hidden="true">
          {line.isOpen ? '▾' : '▸'}
        </span>
      )}
      <Icon name="session" />
      <b class={hasOthers ? 'leads' : ''}>{cleanLine(title ?? agentName ?? sessionId)}</b>
      <span class="faint">{steps === null ? '' : `${steps} steps`}</span>
    </>
  );
}

interface BarProps {
  readonly item: { readonly startedAtMs: number | null; readonly durationMs: number | null };
  readonly span: TimeSpan;
  readonly kind: string;
}

function Bar({ item: { startedAtMs, durationMs }, span, kind }: BarProps) {
  if (startedAtMs === null) return null;
  const whole = span.endMs - span.startMs;
  const left = ((startedAtMs - span.startMs) / whole) * 100;
  const width = (Math.max(0, durationMs ?? 0) / whole) * 100;
  return (
    <i
      class={`span kind-${kind}${durationMs === null ? ' moment' : ''}`}
      style={{ left: `${Math.min(left, 99.6)}%`, width: `${Math.min(width, 100 - left)}%` }}
    />
  );
}
