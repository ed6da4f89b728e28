import {
  Annotation,
  type BaseCheckpointSaver,
  END,
  interrupt,
  Send,
  START,
  StateGraph,
} from '@langchain/langgraph';

const log = () => Annotation<string[]>({ reducer: (before, now) => [...before, ...now], default: () => [] });
const State = Annotation.Root({ count: Annotation<number>, log: log() });
const Inner = Annotation.Root({ count: Annotation<number>, log: log() });

interface Task {
  readonly at: number;
}

/** Tasks side by side, of which the second asks somebody and the third may fail, and then a subgraph that asks too. */
export function buildFanOut(checkpointer: BaseCheckpointSaver, mayFail: () => boolean) {
  const inner = new StateGraph(Inner)
    .addNode('before', ({ count }) => ({ log: [`before ${count}`] }))
    .addNode('ask', () => ({ log: [`asked: ${interrupt('inner')}`] }))
    .addEdge(START, 'before')
    .addEdge('before', 'ask')
    .addEdge('ask', END)
    .compile();
  return new StateGraph(State)
    .addNode('plan', ({ count }) => ({ log: [`plan ${count}`] }))
    .addNode('task', ({ at }: Task) => {
      if (at === 1) return { log: [`task 1: ${interrupt('task')}`] };
      if (at === 2 && mayFail()) throw new Error('the task failed');
      return { log: [`task ${at}`] };
    })
    .addNode('inner', inner)
    .addEdge(START, 'plan')
    .addConditionalEdges(
      'plan',
      ({ count }) => Array.from({ length: count }, (_, at) => new Send('task', { at })),
      ['task'],
    )
    .addEdge('task', 'inner')
    .addEdge('inner', END)
    .compile({ checkpointer });
}
