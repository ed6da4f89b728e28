import { VarveError } from '@varve/schema';
import { CommanderError } from 'commander';
import { reportError } from '../output/index.ts';
import { createProgram } from './create-program.ts';

/** Runs one call of `varve`; the outcome is in `process.exitCode`, so that output is flushed before the process ends. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    const program = await createProgram((verb) => argv.includes(verb));
    try {
      await program.parseAsync(argv, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode !== 0) throw usageError(error);
    }
  } catch (error) {
    process.exitCode = await reportError(error, argv.includes('--verbose'));
  }
}

function usageError(error: CommanderError): VarveError {
  const message = error.code === 'commander.help' ? 'no verb given' : error.message.replace(/^error: /, '');
  return new VarveError('USAGE', message, {
    hint: 'varve help lists the verbs, varve help VERB its options',
    cause: error,
  });
}
