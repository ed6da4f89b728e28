import { type BaseCheckpointSaver, Command, MemorySaver, type StateSnapshot } from '@langchain/langgraph';
import { defineLineage } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { threadLineage, VarveSaver } from '../index.ts';
import { buildFanOut } from '../testing/fan-out-graph.ts';
import { collect, threadConfig } from '../testing/thread-helpers.ts';

const writesAnew = threadLineage.migrations[0]?.sql
  .match(/CREATE TABLE `writes` [^;]*;/)?.[0]
  .replace('`writes`', '`__new_writes`')
  .replace('PRIMARY KEY(', "`node` text DEFAULT '' NOT NULL, PRIMARY KEY(");
const columns = 'namespace, checkpoint_id, task_id, idx, task_path, channel, type, value';

/** What the releases of a team add, one after the other. */
const later = [
  'CREATE TABLE votes (seq integer PRIMARY KEY NOT NULL);',
  "ALTER TABLE checkpoints ADD note text DEFAULT 'none' NOT NULL;",
  `${writesAnew} INSERT INTO __new_writes (${columns}) SELECT ${columns} FROM writes; DROP TABLE writes; ALTER TABLE __new_writes RENAME TO writes;`,
].map((sql, at) => ({ name: `000${at + 1}_next`, createdAtMs: Date.now(), sql }));

const lineageOf = (release: number) =>
  defineLineage({
    ...threadLineage,
    migrations: [...threadLineage.migrations, ...later.slice(0, release)],
  });

type Graph = ReturnType<typeof buildFanOut>;
const config = threadConfig('t');
const history = (graph: Graph) => collect(graph.getStateHistory(config));
const waiting = (state: StateSnapshot) => state.tasks.flatMap(({ interrupts }) => interrupts);

/** What is done to a thread, each by another release. */
const steps: readonly ((graph: Graph) => Promise<unknown>)[] = [
  (graph) => graph.invoke({ count: 4 }, config),
  async (graph) => {
    const asked = waiting(await graph.getState(config));
    return graph.invoke(new Command({ resume: { [asked[0]?.id ?? '']: 'yes' } }), config);
  },
  (graph) => graph.invoke(new Command({ resume: 'inner yes' }), config),
  async (graph) => {
    const states = await history(graph);
    const forked = states.find(({ next }) => next.includes('inner'));
    const updated = await graph.updateState(forked?.config ?? config, { log: ['forked'] }, 'task');
    return graph.invoke(null, updated);
  },
  (graph) => graph.updateState(config, { log: ['updated'] }, 'plan'),
  (graph) => graph.invoke(null, config),
];

/** All that is known of the thread after each step, without the names that are made anew. */
async function run<TSaver extends BaseCheckpointSaver>(
  saverOf: (step: number) => TSaver,
  leave: (saver: TSaver) => Promise<unknown>,
) {
  const told: unknown[] = [];
  for (const [at, step] of steps.entries()) {
    const saver = saverOf(at);
    const graph = buildFanOut(saver, () => at === 0);
    const end = await step(graph).then(() => 'done', String);
    const states = [await graph.getState(config, { subgraphs: true }), ...(await history(graph))];
    told.push(end.replace(/[0-9a-f-]{36}/g, 'id'), ...states.map(toldOf));
    await leave(saver);
  }
  return told;
}

function toldOf({ values, next, metadata, tasks }: StateSnapshot) {
  return {
    ...{ values, next, source: metadata?.source, step: metadata?.step },
    tasks: tasks.map(({ name, error, interrupts, path, state, result }) => ({
      ...{ name, path, result, hasFailed: error !== undefined },
      asked: interrupts.map(({ value }) => value),
      inner: state && 'values' in state ? { values: state.values, next: state.next } : undefined,
    })),
  };
}

it.each([
  ['live', async (_: VarveSaver) => {}],
  ['sealed in between', (saver: VarveSaver) => saver.sealThread('t')],
])(
  'goes on across schema changes with what waits, failed and was forked, as in memory: %s',
  async (_, leave) => {
    const memory = new MemorySaver();
    const expected = await run(
      () => memory,
      async () => {},
    );
    expect(JSON.stringify(expected)).toMatch(/"hasFailed":true.*task 1: yes.*forked.*updated/);
    const dir = makeTestFolder();
    const actual = await run(
      (step) => new VarveSaver({ dir, lineage: lineageOf(step) }),
      async (saver) => {
        await leave(saver);
        saver.close();
      },
    );
    expect(actual).toEqual(expected);
  },
);
