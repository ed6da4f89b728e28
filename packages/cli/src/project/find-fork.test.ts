import { expect, it } from 'vitest';
import { makeProject } from '../testing/make-project.ts';
import { findFork } from './find-fork.ts';
import { loadProject, readProjectLineage } from './load-project.ts';

const parents: Readonly<Record<string, string[]>> = {
  '20260101000000_first': ['origin'],
  '20260102000000_theirs': ['id of 20260101000000_first'],
  '20260103000000_mine': ['id of 20260101000000_first'],
  '20260104000000_merged': ['id of 20260102000000_theirs', 'id of 20260103000000_mine'],
};

/** The names of the fork in a folder of these migrations. */
async function forkOf(names: readonly string[], adopted: readonly string[] = []) {
  const { dir, write } = makeProject({
    'schema.ts': '',
    'varve.config.mjs': "export default { schema: './schema.ts', migrations: './drizzle' };",
  });
  for (const name of names) {
    write(`drizzle/${name}/migration.sql`, 'SELECT 1;');
    write(`drizzle/${name}/snapshot.json`, JSON.stringify({ id: `id of ${name}`, prevIds: parents[name] }));
  }
  const project = await loadProject(dir);
  return findFork(project, readProjectLineage(project), new Set(adopted));
}

it('finds the migrations of two branches that follow the same one, merged by a third or not', async () => {
  const [first, theirs, mine, merged] = Object.keys(parents) as [string, string, string, string];
  expect(await forkOf([first, theirs])).toBeUndefined();
  expect(await forkOf([first, theirs, mine])).toEqual([theirs, mine]);
  expect(await forkOf([first, theirs, mine, merged])).toEqual([theirs, mine]);
  expect(await forkOf([first, theirs, mine, merged], [first, theirs, mine])).toBeUndefined();
});
