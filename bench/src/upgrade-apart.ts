import { type AnswerApart, runApart } from './run-apart.ts';

export type UpgradingApart = AnswerApart<{
  readonly upgraded: number;
  readonly durationMs: number;
  readonly cpuMs: number;
}>;

/** Brings a folder to head in a process of its own. */
export function upgradeApart(fleet: string, verify: 'counts' | 'full'): Promise<UpgradingApart> {
  return runApart('./upgrade-program.ts', [fleet, verify]);
}
