import { Command } from 'commander';

/** The whole command line. Parsing errors are thrown as CommanderError, not printed. */
export function createProgram(): Command {
  const program = new Command('varve')
    .description('Read every agent session ever archived, at the schema of today.')
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  return program;
}
