import { decisions, type lineage, outputs, tickets } from '@acme/agent-state';
import type { Session } from '@varve/core';
import { findOrder } from './orders.ts';

type SupportSession = Session<typeof lineage.tables>;

/** The agent: no model decides here, but everything it does is recorded. */
export async function answerQuestion(session: SupportSession, question: string): Promise<string> {
  const orderNumbers = question.match(/\b[A-Z]-\d+\b/g) ?? [];
  const topic = /refund/i.test(question) ? 'refund' : orderNumbers.length > 0 ? 'order' : 'other';
  session.record(tickets, { question, topic, orderNumbers, priority: topic === 'refund' ? 1 : 3 });
  const decisionSeq = session.record(decisions, {
    summary: orderNumbers.length > 0 ? `look up ${orderNumbers.join(', ')}` : 'ask for an order number',
    confidence: orderNumbers.length > 0 ? 0.9 : 0.4,
  });
  const states: string[] = [];
  for (const number of orderNumbers) states.push(await lookUp(session, number, decisionSeq));
  const content = states.join(' ') || 'Which order is it about?';
  session.record(outputs, { kind: 'text', content, isFinal: true });
  return content;
}

/** A lookup that fails is recorded as such, and is still an answer. */
async function lookUp(session: SupportSession, number: string, decisionSeq: number): Promise<string> {
  const call = { toolName: 'find_order', arguments: { number }, decisionSeq };
  try {
    const { result } = await session.callTool(call, () => findOrder(number));
    return `Order ${number} is ${result.state}.`;
  } catch {
    return `I know no order ${number}.`;
  }
}
