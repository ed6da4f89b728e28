import { keywordOf, nameAt, nameKey, quoteIdentifier, type SqlStatement } from '../../sql/index.ts';
import { beginsWith, nameAfter, type Operation, type OperationContext } from '../operation.ts';
import { Stage } from '../program.ts';
import { RefusedEverywhere } from '../refused.ts';
import type { Step } from '../trace-lineage.ts';

/** `CREATE VIRTUAL TABLE t USING fts5(…)`: made in TEMP, where what fills it runs too. */
export const createVirtualTable: Operation = {
  matches: (statement) => beginsWith(statement, 'CREATE', 'VIRTUAL', 'TABLE'),
  target: () => undefined,
  apply({ step, tables }) {
    const name = nameAfter(step.statement, 'TABLE') ?? '';
    if (step.before.opaque.has(nameKey(name))) return;
    const sql = `CREATE VIRTUAL TABLE temp.${quoteIdentifier(name)} ${moduleText(step.statement)}`;
    const stage = stageOf(step, sql, tables.stages.length + 1);
    tables.setVirtual(nameKey(name), { name, stage, madeBy: stage });
    tables.leaveStage(stage, false);
  },
};

/** `DROP TABLE` of a virtual table: of the one in TEMP, where a stage made it. */
export function dropVirtualTable({ step, tables }: OperationContext): void {
  const name = nameAt(step.statement.tokens, 2) ?? '';
  const made = tables.virtual(nameKey(name))?.madeBy;
  if (!made) return;
  const stage = stageOf(step, `DROP TABLE temp.${quoteIdentifier(name)}`, tables.stages.length + 1);
  stage.onlyAfter = made;
  tables.leaveStage(stage, false);
}

function stageOf({ migration, statement }: Step, sql: string, id: number): Stage {
  const stage = new Stage(id);
  const place = { migration: migration.name, statement: statement.text };
  stage.runs.push({ ...place, sql, reason: 'it makes or drops a virtual table', isRecursive: false });
  return stage;
}

/** An index of contents that lie elsewhere would look for them beside itself, in TEMP. */
function moduleText({ text, tokens }: SqlStatement): string {
  const at = tokens.findIndex((token) => keywordOf(token) === 'USING');
  const words = tokens.map(keywordOf);
  if (words[at + 1] !== 'FTS5')
    throw new RefusedEverywhere('it makes a virtual table that the lens does not know');
  if (words.some((word, place) => word.startsWith('CONTENT') && tokens[place + 1]?.text === '=')) {
    throw new RefusedEverywhere('it makes a full-text index whose contents lie in another table');
  }
  return text.slice((tokens[at]?.start ?? 0) - (tokens[0]?.start ?? 0));
}
