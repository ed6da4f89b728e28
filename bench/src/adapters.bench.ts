/** What the adapters cost the agent: each framework's file prints its own comparisons. */
export async function run(): Promise<void> {
  for (const framework of [() => import('./adapters/langgraph.ts')]) await (await framework()).run();
}
