import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

/** Moves the cursor, sets a title, colours in one byte of C1, turns what follows, and begins a line that is none. */
const steering = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2066\u061c\r\u007f';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const isSteering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function onTerminal(): void {
  const before = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
  Object.defineProperty(process.stdout, 'isTTY', { value: true, configurable: true });
  onTestFinished(() => {
    if (before) Object.defineProperty(process.stdout, 'isTTY', before);
    else Reflect.deleteProperty(process.stdout, 'isTTY');
  });
}

function makeHostile() {
  const place = makeWorkplace();
  const path = place.addArchive(`a${steering}.db`, 1, `tool${steering}\nnext`);
  const foreign = join(place.dir, 'archives', `foreign${steering}.db`);
  const sqlite = new Database(foreign);
  sqlite.exec(`CREATE TABLE "t${steering}" ("c${steering}" text)`);
  sqlite.close();
  writeFileSync(join(place.dir, 'archives', `text${steering}.db`), 'no database');
  return { ...place, path };
}

const select = `SELECT tool AS "title${steering}", count(*) AS n FROM calls GROUP BY 1`;

it.each<[string, (path: string) => string[]]>([
  ['status', () => ['status', 'archives']],
  ['status --json', () => ['status', 'archives', '--json']],
  ['show', (path) => ['show', path]],
  ['show --json', (path) => ['show', path, '--json']],
  ['read', (path) => ['read', path, select]],
  ['read --csv', (path) => ['read', path, select, '--csv']],
  ['read --json', (path) => ['read', path, select, '--json']],
  ['query', () => ['query', 'archives', select]],
  ['query --csv', () => ['query', 'archives', select, '--csv', '--safe']],
  ['query --json', () => ['query', 'archives', select, '--json']],
  ['query of no such table', () => ['query', 'archives', `SELECT * FROM "${steering}"`, '--verbose']],
  ['unify', () => ['unify', 'archives', '--into', `u${steering}.db`]],
  ['upgrade', () => ['upgrade', 'archives', '--dry-run', '--verbose']],
  ['upgrade --json', () => ['upgrade', 'archives', '--dry-run', '--json']],
  ['seal', () => ['seal', 'archives', '--json']],
  ['manifest', () => ['manifest', 'archives', '--into', `m${steering}.db`]],
  ['export', () => ['export', 'archives', '--into', `out${steering}`]],
  ['an unknown option', () => ['status', `--${steering}`]],
  ['an unknown verb', () => [steering]],
  ['no such file', () => ['show', `none${steering}.db`]],
])('lets nothing that archives, names or paths hold steer a terminal: %s', async (_, args) => {
  const { dir, path } = makeHostile();
  onTerminal();
  const { stdout, stderr } = await runVarve(dir, ...args(path));
  expect(stdout + stderr).toMatch(/\\x1b|\\u001b/);
  expect([isSteering.exec(stdout)?.[0], isSteering.exec(stderr)?.[0]]).toEqual([undefined, undefined]);
});

it('writes CSV as it is where no terminal reads it, and with --safe no formula, in titles neither', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('a.db', 1, '=HYPERLINK("http://x")', '+1', '-1', '@x', '\tx', '\u001b[2J', 'plain');
  const sql = `SELECT tool AS "=title", -1 AS n FROM calls ORDER BY id`;
  const plain = await runVarve(dir, 'read', path, sql, '--csv');
  expect(plain.stdout.split('\n').slice(0, 2)).toEqual(['=title,n', '"=HYPERLINK(""http://x"")",-1']);
  expect(plain.stdout).toContain('\u001b[2J,-1');
  const safe = await runVarve(dir, 'read', path, sql, '--csv', '--safe');
  const lines = safe.stdout.trimEnd().split('\n');
  expect(lines).toEqual([
    `'=title,n`,
    `"'=HYPERLINK(""http://x"")",-1`,
    `'+1,-1`,
    `'-1,-1`,
    `'@x,-1`,
    `'\tx,-1`,
    '\u001b[2J,-1',
    'plain,-1',
  ]);
});

it.each([
  ['--no-config', ['--migrations', 'drizzle', '--no-config'], 0],
  ['--migrations', ['--migrations', 'drizzle'], 0],
  ['--no-config alone', ['--no-config'], 2],
])('runs nothing of a stranger’s folder with %s', async (_, options, exitCode) => {
  const { dir, addArchive, addFile } = makeWorkplace();
  addArchive('a.db', 1, 'grep');
  for (const ending of ['mjs', 'js', 'ts'])
    addFile(
      `varve.config.${ending}`,
      `import { writeFileSync } from 'node:fs'; writeFileSync('ran', ''); export default { migrations: './drizzle', archives: 'archives' };`,
    );
  for (const verb of [
    ['status'],
    ['query', 'SELECT 1'],
    ['unify', '--into', 'u.db'],
    ['seal'],
    ['upgrade'],
  ]) {
    const [name = '', ...rest] = verb;
    const run = await runVarve(dir, name, 'archives', ...rest, ...options);
    expect([name, run.exitCode, existsSync(join(dir, 'ran'))]).toEqual([name, exitCode, false]);
    await runVarve(dir, name, ...rest, ...options);
    expect([name, existsSync(join(dir, 'ran'))]).toEqual([name, false]);
  }
  await runVarve(dir, 'status');
  expect(existsSync(join(dir, 'ran'))).toBe(true);
});
