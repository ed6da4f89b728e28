import { useMemo } from 'preact/hooks';
import type { SessionDetail } from '../../../src/api/session-detail.ts';
import { changeQuery, goTo } from '../parts/place.ts';
import { useKeys } from '../parts/use-keys.ts';
import { arrangeSteps, spanOf } from './arrange-steps.ts';
import { Conversation } from './conversation.tsx';
import { SessionApiProvider, serverApi, useSessionApi } from './session-api.ts';
import { SessionHead } from './session-head.tsx';
import { StepPanel } from './step-panel.tsx';
import { TablesTab } from './tables-tab.tsx';
import { useOpenSessions } from './use-open-sessions.ts';
import { Waterfall } from './waterfall.tsx';

export interface SessionProps {
  readonly detail: SessionDetail;
  readonly query: URLSearchParams;
}

/** A session: its head, and its steps as a timeline, as a conversation, or as tables. */
export function Session({ detail, query }: SessionProps) {
  const api = useSessionApi();
  const { open, toggle } = useOpenSessions(detail, query, api.hasOthers);
  const lines = useMemo(() => arrangeSteps(detail, open), [detail, open]);
  const span = useMemo(() => spanOf(lines), [lines]);
  const at = lines.findIndex(({ id }) => id === query.get('step'));
  const line = lines[at];
  const tabs = [
    { name: 'timeline', title: 'Timeline' },
    ...(detail.hasMessages ? [{ name: 'conversation', title: 'Conversation' }] : []),
    ...(api.table ? [{ name: 'tables', title: 'Tables' }] : []),
  ];
  const wanted = query.get('tab') ?? (lines.length === 0 ? 'tables' : 'timeline');
  const tab = tabs.some(({ name }) => name === wanted) ? wanted : 'timeline';
  const pick = (to: number) =>
    changeQuery({ step: lines[Math.max(0, Math.min(lines.length - 1, to))]?.id ?? null });
  const pickFailure = (direction: 1 | -1) => {
    const found = nextFailure(lines, at, direction);
    if (found >= 0) pick(found);
  };
  useKeys({
    j: () => pick(at + 1),
    k: () => pick(at - 1),
    ArrowDown: () => pick(at + 1),
    ArrowUp: () => pick(at - 1),
    f: () => pickFailure(1),
    F: () => pickFailure(-1),
    Enter: () => {
      if (line?.type === 'session' && api.hasOthers) goTo(`/session/${line.child.key}`);
    },
    o: () => {
      if (line?.type === 'session' && api.hasOthers) toggle(line.child.key);
    },
    Escape: () => changeQuery({ step: null }),
  });
  const failures = lines.filter(isFailure).length;
  return (
    <div class="session-view">
      <SessionHead detail={detail} />
      <div class="tabs">
        <div role="tablist" aria-label="Session">
          {tabs.map(({ name, title }) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === tab}
              onClick={() => changeQuery({ tab: name === 'timeline' ? null : name })}
            >
              {title}
            </button>
          ))}
        </div>
        {failures > 0 && tab === 'timeline' && (
          <button type="button" class="plain" onClick={() => pickFailure(1)}>
            Next failure <kbd>f</kbd>
          </button>
        )}
      </div>
      <div class={`session-body${tab === 'timeline' && line ? ' with-panel' : ''}`}>
        {tab === 'timeline' && (
          <Waterfall
            lines={lines}
            span={span}
            at={at}
            onAt={pick}
            onToggle={toggle}
            follows={detail.sealing === 'live'}
          />
        )}
        {tab === 'conversation' && <Conversation detail={detail} />}
        {tab === 'tables' && <TablesTab detail={detail} chosen={query.get('table')} />}
        {tab === 'timeline' && line?.type === 'step' && (
          <SessionApiProvider value={line.of === detail ? api : serverApi(line.of.key)}>
            <StepPanel
              key={line.id}
              step={line.step}
              detail={line.of}
              onClose={() => changeQuery({ step: null })}
            />
          </SessionApiProvider>
        )}
      </div>
    </div>
  );
}

type Lines = ReturnType<typeof arrangeSteps>;

function isFailure(line: Lines[number]): boolean {
  if (line.type === 'step') return line.step.state === 'failed';
  return !line.isOpen && (line.child.failures ?? 0) > 0;
}

/** From here on, around the end if need be. */
function nextFailure(lines: Lines, at: number, direction: 1 | -1): number {
  for (let n = 1; n <= lines.length; n++) {
    const next = (at + direction * n + lines.length * 2) % lines.length;
    const line = lines[next];
    if (line && isFailure(line)) return next;
  }
  return -1;
}
