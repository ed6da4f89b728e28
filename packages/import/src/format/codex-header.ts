import type { SessionFacts } from '../archive/index.ts';
import { type JsonObject, objectOf, restOf, textOf, timeOf } from './json-access.ts';

const mapped = new Set([
  ...['id', 'timestamp', 'cli_version', 'model_provider', 'type'],
  ...['base_instructions', 'instructions'],
]);

/** What a rollout's header tells of its session. */
export function factsOf(header: JsonObject, atMs: number): SessionFacts {
  return {
    agentVersion: textOf(header.cli_version) ?? null,
    providerName: textOf(header.model_provider) ?? 'openai',
    startedAtMs: timeOf(header.timestamp) ?? atMs,
    metadata: restOf(header, mapped) ?? {},
  };
}

/** What it tells the model. */
export function instructionsIn({ base_instructions, instructions }: JsonObject): string | undefined {
  return textOf(objectOf(base_instructions).text) ?? textOf(base_instructions) ?? textOf(instructions);
}
