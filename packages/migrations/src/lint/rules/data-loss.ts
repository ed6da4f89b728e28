import { findLosses, type Loss } from '../../changes/index.ts';
import { findStatement, type Sought } from '../find-statement.ts';
import type { LintRule } from '../lint-rule.ts';

export const dataLoss: LintRule<'data-loss'> = {
  code: 'data-loss',
  severity: 'error',
  hint: 'keep the old column or table until nothing asks for it; an archive keeps its own bytes until it is upgraded',
  check({ lineage, at, migration, statements }) {
    const losses = findLosses(lineage, at).filter((loss) => loss.migration === migration.name);
    return losses.map((loss) => ({
      message: `${loss.kind}: ${loss.what}`,
      statement: findStatement(statements, soughtFor(loss)),
    }));
  },
};

const actions: Readonly<Record<Loss['kind'], Sought['actions']>> = {
  'table dropped': ['drop table'],
  'column dropped': ['drop column', 'create'],
  'rows deleted': ['delete', 'fill', 'drop table'],
  'column narrowed': ['create'],
};

function soughtFor({ kind, what }: Loss): Sought {
  const dot = kind.startsWith('column') ? what.lastIndexOf('.') : what.length;
  const words = kind === 'column dropped' ? [what.slice(dot + 1)] : [];
  return { table: what.slice(0, dot), actions: actions[kind], words };
}
