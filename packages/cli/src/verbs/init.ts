import { cancel, group, text } from '@clack/prompts';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import {
  defaultAnswers,
  type InitAnswers,
  initProject,
  moduleNotes,
  nextCommands,
} from '../project/index.ts';

export function defineInit(command: Command): void {
  command.option('--yes', 'take the defaults, ask nothing');
  defineVerb<{ yes?: boolean }>(command, async (_context, _args, { yes }) => {
    const dir = process.cwd();
    const defaults = await defaultAnswers(dir);
    const answers = yes ? defaults : await ask(defaults);
    const written = initProject(dir, answers);
    const notes = moduleNotes(dir, answers).map((note) => `note: ${note}`);
    const next = nextCommands(dir).map((command) => `next: ${command}`);
    const { isAdopted: _, ...said } = answers;
    return {
      json: { ...said, written },
      text: () => [...written.map((name) => `wrote ${name}`), ...notes, ...next].join('\n'),
    };
  });
}

/** @throws USAGE where nobody can be asked, or the questions were left with Ctrl-C */
async function ask(defaults: InitAnswers): Promise<InitAnswers> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new VarveError('USAGE', 'there is no terminal to ask at', {
      hint: 'varve init --yes takes the defaults',
    });
  }
  const question = (message: string, initialValue: string) => () => text({ message, initialValue });
  const { schema } = defaults;
  const answers = await group(
    {
      name: question('What is the lineage called?', defaults.name),
      schema: question('Which module exports the tables?', [schema].flat().join(',')),
      migrations: question('Where does drizzle-kit write migrations?', defaults.migrations),
      lineageModule: question('Where shall varve generate write the lineage?', defaults.lineageModule),
      archives: question('Where will the archives be?', defaults.archives),
    },
    { onCancel: leave },
  );
  const modules = answers.schema.split(',').map((path) => path.trim());
  return { ...defaults, ...answers, schema: modules.length === 1 ? (modules[0] ?? '') : modules };
}

function leave(): never {
  cancel('nothing was written');
  throw new VarveError('USAGE', 'the questions were not answered', {
    hint: 'varve init --yes takes the defaults',
  });
}
