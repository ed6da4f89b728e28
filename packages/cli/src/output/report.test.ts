import { expect, it, vi } from 'vitest';
import { type Problem, reportError, reportProblem, reportProblems } from './report.ts';

function said(report: () => void): string {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    report();
    return stderr.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    stderr.mockRestore();
  }
}

const problem = (path: string): Problem => ({
  code: 'FILE_CORRUPT',
  path,
  message: `${path} cannot be read`,
  hint: 'restore it',
  cause: new Error(`behind ${path}`),
});

it('says what many files have in common once, with a count and ten names', () => {
  const problems = Array.from({ length: 240 }, (_, at) => problem(`/a/${at}.db`));
  const text = said(() => reportProblems(problems));
  expect(text.match(/error\[/g)).toHaveLength(1);
  expect(text).toContain('error[FILE_CORRUPT]: 240 files:');
  expect(text.match(/^ {2}\/a\/\d+\.db$/gm)).toHaveLength(10);
  expect(text).toMatch(/^ {2}and 230 more\nhint: restore it$/m);
});

it('names three files that failed alike one by one, and shows what is behind them with --verbose', () => {
  const problems = ['/a/1.db', '/a/2.db', '/a/3.db'].map(problem);
  expect(said(() => reportProblems(problems))).not.toContain('behind');
  const text = said(() => reportProblems(problems, () => undefined));
  expect(text.match(/error\[/g)).toHaveLength(3);
  expect(text).toMatch(/behind \/a\/1\.db\n {4}at /);
});

it('prints lines as lines, and no other control character as it is', () => {
  const text = said(() => reportProblem({ ...problem('x'), message: 'one\ntwo\u001b[2J' }));
  expect(text).toBe('error[FILE_CORRUPT]: x: one\n  two\\x1b[2J\nhint: restore it\n');
});

it('says that a value is too large where no text can hold it', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await reportError(new RangeError('Invalid string length'), false);
  const text = String(stderr.mock.calls[0]?.[0]);
  stderr.mockRestore();
  expect(text).toMatch(/^error\[FILE_UNSUPPORTED\]: .*larger than/);
});
