import { compileLens } from '../../lens/compile-lens.ts';
import type { LintRule } from '../lint-rule.ts';

export const notInPlace: LintRule<'not-in-place'> = {
  code: 'not-in-place',
  severity: 'warning',
  hint: 'rewrite the statement so that the lens compiles it, or accept that older archives are read from a copy',
  check({ lineage, at, migration, statements }) {
    const { refusal } = compileLens(lineage, at);
    if (refusal?.migration !== migration.name) return [];
    const statement = statements.find(({ text }) => text === refusal.statement);
    return [{ message: `older archives are replayed on a copy: ${refusal.reason}`, statement }];
  },
};
