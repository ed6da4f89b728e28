/** The system of record that the agent's tool asks; here a map. */
const orders = new Map([
  ['A-17', 'sent on Monday'],
  ['A-18', 'waiting for the blue paint'],
]);

export function findOrder(number: string): { number: string; state: string } {
  const state = orders.get(number);
  if (!state) throw new Error(`there is no order ${number}`);
  return { number, state };
}
