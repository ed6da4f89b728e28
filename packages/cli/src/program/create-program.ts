import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { verbs } from '../verbs/index.ts';

/**
 * The command line. What cannot be parsed is thrown as CommanderError and not printed. A verb that `isMeant` does not
 * name is listed, without its options: its file is not loaded.
 */
export async function createProgram(isMeant: (verb: string) => boolean): Promise<Command> {
  const program = new Command('varve')
    .description('Reads every agent session ever archived, at the schema of today.')
    .version(manifest.version)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const { name, usage, description, load } of verbs) {
    const command = program.command(usage).description(description);
    if (isMeant(name)) (await load())(command);
  }
  return program;
}
