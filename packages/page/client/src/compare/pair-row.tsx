import type { Step } from '../../../src/api/session-detail.ts';
import { cleanLine } from '../parts/clean.ts';
import { formatDuration } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import type { Pair } from './align-steps.ts';

interface PairRowProps {
  readonly pair: Pair;
  readonly top: number;
  readonly isAt: boolean;
  readonly onPick: () => void;
}

/** Two aligned steps in one line, and how they differ. */
export function PairRow({ pair, top, isAt, onPick }: PairRowProps) {
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
