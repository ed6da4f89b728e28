import { Annotation, type BaseCheckpointSaver, END, START, StateGraph } from '@langchain/langgraph';

/** A graph whose one node counts, and keeps all that it ever said. */
export function buildCounter(
  checkpointer: BaseCheckpointSaver,
  last = 20,
  onStep: (count: number) => void = () => {},
) {
  const State = Annotation.Root({
    count: Annotation<number>,
    said: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
    untouched: Annotation<string>,
  });
  return new StateGraph(State)
    .addNode('counting', ({ count }) => {
      onStep(count);
      return { count: count + 1, said: [`${count} ${'x'.repeat(40)}`] };
    })
    .addEdge(START, 'counting')
    .addConditionalEdges('counting', ({ count }) => (count % last === 0 ? END : 'counting'))
    .compile({ checkpointer });
}
