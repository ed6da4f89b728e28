import { Command } from 'commander';
import { addStatus } from './verbs/status.ts';

/** The whole command line. What cannot be parsed is thrown as CommanderError and not printed. */
export function createProgram(): Command {
  const program = new Command('varve')
    .description('Reads every agent session ever archived, at the schema of today.')
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const addVerb of [addStatus]) addVerb(program);
  return program;
}
