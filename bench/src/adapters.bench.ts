import { printTable } from './per-step.ts';

const frameworks = [
  () => import('./adapters/ai-sdk.ts'),
  () => import('./adapters/openai-agents.ts'),
  () => import('./adapters/otel.ts'),
  () => import('./adapters/claude-agent.ts'),
  () => import('./adapters/langgraph.ts'),
];

/** What the adapters cost the agent: each framework's file prints its own comparisons. */
export async function run(): Promise<void> {
  for (const framework of frameworks) await (await framework()).run();
  printTable();
}
