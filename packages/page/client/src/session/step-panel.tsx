import { useState } from 'preact/hooks';
import type { SessionDetail, Step } from '../../../src/api/session-detail.ts';
import { cleanLine } from '../parts/clean.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Failure } from '../parts/failure.tsx';
import { formatCompact, formatCost, formatDuration } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { LensPanel } from './lens-panel.tsx';
import { useSessionApi } from './session-api.ts';
import { usePromise } from './use-promise.ts';
import { Values } from './values.tsx';

export interface StepPanelProps {
  readonly step: Step;
  readonly detail: SessionDetail;
  readonly onClose: () => void;
}

/** All of one step. */
export function StepPanel({ step, detail, onClose }: StepPanelProps) {
  const api = useSessionApi();
  const [isBefore, setBefore] = useState(false);
  const again = `${step.state} ${step.sizeBytes}`;
  const { value: row, error } = usePromise(() => api.row(step.id), step.id, again);
  const hasLens = api.lens !== undefined && detail.origin.strategy === 'lens';
  return (
    <section class="panel" aria-label="Step">
      <header>
        <Icon name={step.kind} />
        <h2>{cleanLine(step.label).slice(0, 120)}</h2>
        <span class="faint id">{step.id}</span>
        <button type="button" class="quiet close" onClick={onClose} aria-label="close the step">
          ✕
        </button>
      </header>
      <p class="measures">
        {step.status && <span class={`state state-${step.state}`}>{cleanLine(step.status)}</span>}
        {step.durationMs !== null && <span>{formatDuration(step.durationMs)}</span>}
        {step.tokens !== null && <span>{formatCompact(step.tokens)} tokens</span>}
        {step.costUsd !== null && <span>{formatCost(step.costUsd)}</span>}
        {step.attempt !== null && step.attempt > 1 && <span>attempt {step.attempt}</span>}
      </p>
      {step.error !== null && <p class="step-error">{cleanLine(step.error)}</p>}
      <div class="tools">
        {hasLens && (
          <button type="button" class="toggle" aria-pressed={isBefore} onClick={() => setBefore(!isBefore)}>
            Before and after
          </button>
        )}
        {row && <CopyButton text={() => JSON.stringify(row.values, null, 2)}>Copy as JSON</CopyButton>}
      </div>
      {error && <Failure error={error} />}
      {isBefore && hasLens ? <LensPanel id={step.id} /> : row && <Values id={step.id} values={row.values} />}
    </section>
  );
}
