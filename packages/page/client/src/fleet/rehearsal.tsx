import { useState } from 'preact/hooks';
import type { RehearsalEvent } from '../../../src/api/fleet.ts';
import { cleanLine } from '../parts/clean.ts';
import { Failure } from '../parts/failure.tsx';
import { formatCount, formatDuration, plural } from '../parts/format.ts';
import { useEvents } from '../parts/use-events.ts';

/** All of an upgrade on private copies, with its progress; nothing is changed. */
export function Rehearsal() {
  const [isOn, setOn] = useState(false);
  const [event, setEvent] = useState<RehearsalEvent>();
  useEvents<RehearsalEvent>(isOn ? '/api/fleet/rehearsal' : undefined, (next) => {
    setEvent(next);
    if (next.type !== 'progress') setOn(false);
  });
  const toggle = () => {
    if (!isOn) setEvent(undefined);
    setOn(!isOn);
  };
  return (
    <div class="rehearsal">
      <button type="button" class="plain" onClick={toggle}>
        {isOn ? 'Stop' : 'Rehearse it'}
      </button>
      <div role="status">
        {isOn && event === undefined && <span class="faint">beginning…</span>}
        {event?.type === 'progress' && (
          <span class="faint">
            {formatCount(event.done)} of {formatCount(event.total)}{' '}
            <progress value={event.done} max={event.total} aria-label="files rehearsed" />
          </span>
        )}
        {event?.type === 'report' && (
          <p>
            {plural(event.upgraded, 'archive')} would be upgraded, {formatCount(event.current)} at head
            already,{' '}
            <span class={event.failed.length > 0 ? 'bad' : ''}>
              {formatCount(event.failed.length)} would fail
            </span>
            . It took {formatDuration(event.durationMs)}.
          </p>
        )}
      </div>
      {event?.type === 'error' && <Failure error={event} />}
      {event?.type === 'report' && event.failed.length > 0 && (
        <ul class="problems">
          {event.failed.map(({ path, code, message }) => (
            <li key={path}>
              <code class="bad">{code}</code> <span class="id">{cleanLine(path)}</span>: {cleanLine(message)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
