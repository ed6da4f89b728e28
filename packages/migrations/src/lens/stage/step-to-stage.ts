import type { Step } from '../trace-lineage.ts';

/** Thrown where a later statement has to see rows exactly as an earlier one laid them: that one must be staged too. */
export class StepToStage extends Error {
  override readonly name = 'StepToStage';
  readonly step: Step;

  constructor(step: Step) {
    super('a later statement sees the order of its rows');
    this.step = step;
  }
}
