import { compileLens } from '../../lens/index.ts';
import type { LintRule } from '../lint-rule.ts';

export const notInPlace: LintRule<'not-in-place'> = {
  code: 'not-in-place',
  severity: 'warning',
  hint: 'rewrite the statement so that the lens compiles it, or accept what it costs to read older archives',
  check({ lineage, at, migration, statements }) {
    const { refusal, stages } = compileLens(lineage, at);
    const found = [refusal, ...stages.flatMap(({ runs }) => runs)].find(
      (it) => it?.migration === migration.name,
    );
    if (!found) return [];
    const statement = statements.find(({ text }) => text === found.statement);
    const how = found === refusal ? 'are replayed on a copy' : 'run this at each opening';
    return [{ message: `older archives ${how}: ${found.reason}`, statement }];
  },
};
