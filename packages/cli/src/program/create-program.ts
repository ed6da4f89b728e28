import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { verbs } from '../verbs/registry.ts';

/** Of the package that this file is in, as source and as it is published. */
function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * The command line. What cannot be parsed is thrown as CommanderError and not printed. A verb that `isMeant` does not
 * name is listed, without its options: its file is not loaded.
 */
export async function createProgram(isMeant: (verb: string) => boolean): Promise<Command> {
  const program = new Command('varve')
    .description('Reads every agent session ever archived, at the schema of today.')
    .version(readVersion())
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const { name, usage, description, load } of verbs) {
    const command = program.command(usage).description(description);
    if (isMeant(name)) (await load())(command);
  }
  return program;
}
