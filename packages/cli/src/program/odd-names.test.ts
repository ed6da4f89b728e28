import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve, spawnVarve } from '../testing/run-varve.ts';

const count = 'SELECT count(*) AS n FROM calls';

it.skipIf(process.platform !== 'linux')(
  'names files and folders whose names are not UTF-8, and does the rest',
  async () => {
    const { dir, addArchive } = makeWorkplace();
    const path = addArchive('good.db', 1, 'grep');
    const odd = (name: string) =>
      Buffer.concat([Buffer.from(join(dir, 'archives', name)), Buffer.from([0xff, 0xfe])]);
    copyFileSync(path, Buffer.concat([odd('file'), Buffer.from('.db')]));
    mkdirSync(odd('folder'));
    for (const args of [['status'], ['query', count], ['unify', '--into', 'view.db'], ['upgrade']]) {
      const [verb = '', ...rest] = args;
      const { exitCode, stdout, stderr } = await runVarve(dir, verb, 'archives', ...rest);
      expect([verb, exitCode]).toEqual([verb, 1]);
      expect(stderr.match(/error\[FILE_UNREADABLE\]: .*(file|folder).*not UTF-8/g), verb).toHaveLength(2);
      expect(stdout, verb).toMatch(/1/);
    }
    expect(readdirSync(join(dir, 'archives'))).toHaveLength(3);
  },
);

it('reads a file whose name is as long as names can be, and names it where it would have to be locked', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('good.db', 1, 'grep');
  const longest = join(dir, 'archives', `${'x'.repeat(252)}.db`.slice(-255));
  for (const length of [255, 252, 249]) {
    const path = join(dir, 'archives', basename(longest).slice(-length));
    renameSync(addArchive('long.db', 1, 'read', 'edit'), path);
    for (const args of [
      ['show', path],
      ['read', path, count],
      ['query', 'archives', count],
      ['status', 'archives'],
    ])
      expect([length, args[0], await runVarve(dir, ...args)]).toMatchObject([
        length,
        args[0],
        { exitCode: 0, stderr: '' },
      ]);
    const answer = await runVarve(dir, 'query', 'archives', count, '--csv');
    expect(answer.stdout).toBe('n\n3\n');
    expect(await runVarve(dir, 'unify', 'archives', '--into', `view-${length}.db`)).toMatchObject({
      exitCode: 0,
    });
    for (const verb of ['upgrade', 'seal']) {
      const { exitCode, stdout, stderr } = await runVarve(dir, verb, path);
      const isLocked = length + '-lock'.length <= 255;
      expect([length, verb, exitCode]).toEqual([length, verb, isLocked ? 0 : 1]);
      if (!isLocked)
        expect(stderr).toMatch(/error\[FILE_UNREADABLE\]: .*so long that nothing can lie beside it/);
      expect(stdout).toMatch(isLocked ? /^1 / : /^0 .*1 failed/);
    }
    expect(readdirSync(join(dir, 'archives')).sort()).toEqual(['good.db', basename(path)].sort());
    rmSync(path);
  }
});

it('names links that lead in a circle, names that are too long, and folders on the way that are files', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('good.db', 1, 'grep');
  symlinkSync('circle', join(dir, 'circle'));
  const odd = ['circle', 'x'.repeat(300), 'x/'.repeat(3000), join(path, 'below.db'), 'good\0.db'];
  for (const name of odd) {
    for (const args of [
      ['show', name],
      ['read', name, count],
      ['status', name],
      ['query', name, path, count],
    ]) {
      const { exitCode, stderr } = await runVarve(dir, ...args);
      expect([args[0], name.slice(0, 20), exitCode]).toEqual([args[0], name.slice(0, 20), 1]);
      expect(stderr).toMatch(/^error\[FILE_(NOT_FOUND|UNREADABLE)\]: [\s\S]*\nhint: /);
      expect(stderr).not.toContain('defect');
    }
  }
});

it.skipIf(process.platform === 'win32')('says what is wrong where the working directory is gone', () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('good.db', 1, 'grep');
  const gone = join(dir, 'gone');
  mkdirSync(gone);
  const { stdout } = spawnVarve(dir, 'status', path, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ total: 1 });
  const main = new URL('../main.ts', import.meta.url).pathname;
  const script = 'cd "$1" && rmdir "$1" && shift && exec "$@"';
  const command = [process.execPath, '--conditions=@varve/source', main, 'status', 'archives'];
  let said = '';
  try {
    execFileSync('sh', ['-c', script, 'sh', gone, ...command], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    said = (error as { stderr: string }).stderr;
  }
  expect(said).toMatch(/^error\[FILE_(NOT_FOUND|UNREADABLE)\]: [\s\S]*\nhint: /);
});

it.skipIf(process.platform !== 'linux')(
  'names each file that it could not open for want of descriptors',
  () => {
    const { dir, addArchive } = makeWorkplace();
    addArchive('good.db', 1, 'grep');
    const main = new URL('../main.ts', import.meta.url).pathname;
    const run = (limit: number) => {
      const command = [process.execPath, '--conditions=@varve/source', main, 'query', 'archives', count];
      try {
        const script = `ulimit -n ${limit} && exec "$@"`;
        return execFileSync('sh', ['-c', script, 'sh', ...command], {
          cwd: dir,
          encoding: 'utf8',
          stdio: 'pipe',
        });
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    const answers = [24, 26, 28, 30, 34, 40].map(run);
    for (const answer of answers)
      expect(answer).toMatch(
        /^n\n1\n$|^error\[(TOO_MANY_OPEN_FILES|FILE_UNREADABLE|CONFIG_INVALID)\]|EMFILE|ENFILE/,
      );
  },
);
