import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { FakeListChatModel } from '@langchain/core/utils/testing';
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
  approved: Annotation<string>,
  file: Annotation<Uint8Array>,
});

/** A model drafts, a subgraph asks somebody, and the answer is written down. */
export function buildApproval(checkpointer: BaseCheckpointSaver) {
  const ask = new StateGraph(State)
    .addNode('check', () => ({}))
    .addNode('question', () => ({ approved: interrupt('May I send it?') as string }))
    .addEdge(START, 'check')
    .addEdge('check', 'question')
    .addEdge('question', END)
    .compile();
  const model = new FakeListChatModel({ responses: ['a draft'] });
  return new StateGraph(State)
    .addNode('draft', async ({ messages }) => ({
      messages: [await model.invoke(messages)],
      file: new Uint8Array([0, 255, 128]),
    }))
    .addNode('ask', ask)
    .addNode('send', ({ approved }) => ({ messages: [new AIMessage(`sent: ${approved}`)] }))
    .addEdge(START, 'draft')
    .addEdge('draft', 'ask')
    .addEdge('ask', 'send')
    .addEdge('send', END)
    .compile({ checkpointer });
}

export const question = { messages: [new HumanMessage('write to them')] };
