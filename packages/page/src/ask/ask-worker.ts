import '@varve/core/quick-imports';
import type { AskOrder } from './ask-order.ts';

const { answerQuestion } = await import('./answer-question.ts');

process.on('disconnect', () => process.exit());
process.on('message', (order: AskOrder) => {
  void answerQuestion(order, send).finally(() => process.disconnect());
});

/** Waits until it is on its way: what is not taken is not computed. */
function send(event: unknown): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(event, () => resolve());
  });
}
