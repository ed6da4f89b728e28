import type { Attributes } from './attributes.ts';

const numbered =
  /^gen_ai\.(prompt|completion)\.(\d+)\.(?:(role|content|tool_call_id|finish_reason)|tool_calls\.(\d+)\.(id|name|arguments))$/;

/** Whether an attribute tells of a message what `numberedIn` reads. */
export function isNumbered(key: string): boolean {
  return numbered.test(key);
}

interface Numbered {
  readonly facts: Record<string, unknown>;
  readonly calls: Map<number, Record<string, unknown>>;
}

/** The messages that OpenLLMetry tells as `gen_ai.prompt.0.role` and so on, as OpenAI's chat would have them. */
export function numberedIn(attributes: Attributes, kind: 'prompt' | 'completion'): readonly Attributes[] {
  const found = new Map<number, Numbered>();
  for (const [key, value] of Object.entries(attributes)) {
    const [, of, at, fact, callAt, ofCall] = numbered.exec(key) ?? [];
    if (of !== kind) continue;
    const { facts, calls } = entryIn<Numbered>(found, Number(at), () => ({ facts: {}, calls: new Map() }));
    if (fact !== undefined) facts[fact] = value;
    else if (ofCall !== undefined)
      entryIn<Record<string, unknown>>(calls, Number(callAt), () => ({}))[ofCall] = value;
  }
  return inOrder(found).map(({ facts, calls }) => ({
    ...facts,
    ...(calls.size > 0 && { tool_calls: inOrder(calls) }),
  }));
}

function entryIn<T extends object>(map: Map<number, T>, at: number, make: () => T): T {
  const entry = map.get(at) ?? make();
  map.set(at, entry);
  return entry;
}

function inOrder<T>(map: ReadonlyMap<number, T>): readonly T[] {
  return [...map].sort(([a], [b]) => a - b).map(([, entry]) => entry);
}
