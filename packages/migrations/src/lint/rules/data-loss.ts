import { findLosses } from '../../changes/index.ts';
import type { LintRule } from '../lint-rule.ts';

export const dataLoss: LintRule<'data-loss'> = {
  code: 'data-loss',
  severity: 'error',
  hint: 'keep the old column or table until nothing asks for it; an archive keeps its own bytes until it is upgraded',
  check({ lineage, at, migration }) {
    const losses = findLosses(lineage, at).filter((loss) => loss.migration === migration.name);
    return losses.map(({ kind, what }) => ({ message: `${kind}: ${what}` }));
  },
};
