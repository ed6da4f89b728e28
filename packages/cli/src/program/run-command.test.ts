import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it.each([
  ['no verb', [], 'no verb given'],
  ['an unknown verb', ['stats'], "unknown command 'stats'"],
  ['a missing argument', ['show'], "missing required argument 'file'"],
  ['no archives', ['status'], 'no archives are named'],
])('says USAGE and exits with 2 for %s', async (_, args, message) => {
  const { exitCode, stdout, stderr } = await runVarve('.', ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(`error[USAGE]: ${message}`);
  expect(stderr).toMatch(/\nhint: .*\n$/);
});

it('prints help on stdout and exits with 0', async () => {
  const run = await runVarve('.', '--help');
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toMatch(/^Usage: varve/);
});

it('prints its version', async () => {
  const { stdout } = await runVarve('.', '--version');
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it('shows the stack with --verbose only', async () => {
  const { dir } = makeWorkplace();
  const args = ['status', 'archives', '--migrations', 'archives'];
  expect((await runVarve(dir, ...args)).stderr.trimEnd().split('\n')).toHaveLength(2);
  expect((await runVarve(dir, ...args, '--verbose')).stderr).toMatch(/\n {4,}at .*read-lineage/);
});

it('shows how it is used when it is called with nothing', async () => {
  const { exitCode, stdout, stderr } = await runVarve('.');
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr.match(/Usage: varve/g)).toHaveLength(1);
  expect(stderr).toMatch(/^Usage: varve[\s\S]*\n {2}status [\s\S]*\nerror\[USAGE\]: no verb given\n/);
});
