import type { Command, Option } from 'commander';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';
import { verbs } from '../verbs/index.ts';
import { createProgram } from './create-program.ts';

const program = await createProgram(() => true);

/** Those whose value is any text: what it names is looked for when the verb runs. */
const anyText = [
  '--backup',
  '--from',
  '--host',
  '--html',
  '--into',
  '--migrations',
  '--report',
  '--sql',
  '--table',
  '--through',
  '--to',
];

/** Any text as well; a reader collects what is given more than once. */
const collected = ['--drop-table', '--live', '--backup'];

const options = program.commands.flatMap((command) =>
  command.options.map((option) => [command.name(), option.long ?? '', command, option] as const),
);
const withValue = options.filter(([, , , option]) => option.required);

it('finds the options of every verb', () => {
  expect(new Set(options.map(([verb]) => verb))).toEqual(new Set(verbs.map(({ name }) => name)));
  const free = withValue.filter(([, , , option]) => !option.parseArg && !option.argChoices);
  expect([...new Set(free.map(([, name]) => name))].sort()).toEqual(anyText);
});

/** Enough of what a verb needs that nothing but the option can be at fault. */
function needed(command: Command, option: Option): string[] {
  const others = command.options.filter((it) => it.mandatory && it.long !== option.long);
  const positional = command.registeredArguments.filter((it) => it.required);
  return [...others.flatMap((it) => [it.long ?? '', '0']), ...positional.map(() => 'nothing')];
}

it.each(withValue.filter(([, name]) => ![...anyText, ...collected].includes(name)))(
  'says USAGE, and which option it is, for %s %s with a value that it does not take',
  async (verb, name, command, option) => {
    for (const value of ['such', '', '-1', '1e999', '=']) {
      const run = await runVarve(makeWorkplace().dir, verb, `${name}=${value}`, ...needed(command, option));
      expect({ value, ...run }).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toMatch(/^error\[USAGE\]: [^\n]+\nhint: [^\n]+\n$/);
      expect(run.stderr).toContain(name);
    }
  },
);

it.each(withValue)('says USAGE for %s %s without its value', async (verb, name) => {
  const run = await runVarve(makeWorkplace().dir, verb, name);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^error\[USAGE\]: .*argument missing/);
});
