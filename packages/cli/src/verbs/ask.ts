import type { Command } from 'commander';
import {
  type AnswerOptions,
  addAnswerOptions,
  answerQuery,
  defineVerb,
  standardUnlessConfigured,
} from '../command/index.ts';
import { findQuestion, readQuestions } from '../questions.ts';

interface AskVerbOptions extends AnswerOptions {
  readonly show?: boolean;
}

export function defineAsk(command: Command): void {
  const list = readQuestions().map(({ name, description }) => `  ${name.padEnd(9)} ${description}`);
  command
    .option('--show', 'print the SQL of the question instead of asking it')
    .addHelpText('after', `\nQuestions:\n${list.join('\n')}`);
  addAnswerOptions(command);
  defineVerb<AskVerbOptions>(command, async (context, [name = '', ...archives], options) => {
    const { sql, description } = findQuestion(name);
    if (options.show) return { json: { name, description, sql }, text: () => sql.trimEnd() };
    return answerQuery(context, archives, sql, options, () => standardUnlessConfigured(context));
  });
}
