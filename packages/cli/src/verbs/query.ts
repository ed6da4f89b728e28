import type { Command } from 'commander';
import { type AnswerOptions, addAnswerOptions, answerQuery } from '../command/answer-query.ts';
import { defineVerb } from '../command/verb.ts';

export function defineQuery(command: Command): void {
  command.usage('[options] [archives...] <sql>');
  addAnswerOptions(command);
  defineVerb<AnswerOptions>(command, (context, args, options) => {
    return answerQuery(context, args.slice(0, -1), args.at(-1) ?? '', options);
  });
}
