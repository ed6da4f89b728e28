import { existsSync } from 'node:fs';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import { type AnswerOptions, addAnswerOptions, answerQuery, defineVerb } from '../command/index.ts';

export function defineQuery(command: Command): void {
  command.usage('[options] [archives...] <sql>');
  addAnswerOptions(command);
  defineVerb<AnswerOptions>(command, (context, args, options) => {
    const [sql = '', named] = [args.at(-1), args.slice(0, -1)];
    assertSql(sql, named);
    return answerQuery(context, named, sql, options);
  });
}

/** @throws USAGE where the last argument is an archive, and the SELECT another one or none */
function assertSql(sql: string, named: readonly string[]): void {
  if (sql.trim() && !existsSync(sql) && !isGlob(sql)) return;
  const swapped = named.find((argument) => /^\s*(select|with|values)\b/i.test(argument));
  throw new VarveError(
    'USAGE',
    swapped === undefined ? 'there is no SQL to run' : 'the SQL comes last, behind the archives',
    { hint: 'varve query ARCHIVES "SELECT …"' },
  );
}

/** A pattern for files rather than a query, which has words apart. */
const isGlob = (text: string): boolean => /[*?/\\]/.test(text) && !/\s/.test(text);
