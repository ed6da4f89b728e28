import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import {
  Annotation,
  type BaseCheckpointSaver,
  END,
  interrupt,
  messagesStateReducer,
  START,
  StateGraph,
} from '@langchain/langgraph';

const State = Annotation.Root({
  messages: Annotation<BaseMessage[]>({ reducer: messagesStateReducer, default: () => [] }),
  amount: Annotation<number>,
  answer: Annotation<'yes' | 'no'>,
});

/** A model reads what the customer wants, a person decides, and the customer is told. */
export function buildRefundGraph(checkpointer: BaseCheckpointSaver) {
  return new StateGraph(State)
    .addNode('read', async ({ messages }) => {
      // In the place of a real one.
      const model = fakeModel().respond(
        (said) => new AIMessage(/\d+/.exec(said.at(-1)?.text ?? '')?.[0] ?? '0'),
      );
      return { amount: Number((await model.invoke(messages)).text) };
    })
    .addNode('decide', ({ amount }) => ({ answer: interrupt(`Refund ${amount}?`) as 'yes' | 'no' }))
    .addNode('tell', ({ answer, amount }) => ({
      messages: [new AIMessage(answer === 'yes' ? `We refund ${amount}.` : 'We are sorry.')],
    }))
    .addEdge(START, 'read')
    .addEdge('read', 'decide')
    .addEdge('decide', 'tell')
    .addEdge('tell', END)
    .compile({ checkpointer });
}

export function customerSays(text: string) {
  return { messages: [new HumanMessage(text)] };
}
