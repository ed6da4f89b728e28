import { arrayOf, isObject, type JsonObject, numberOf, objectOf, textOf } from './json-access.ts';

type Spoken = Record<string, unknown> & { role: string; content: string | null };

const sides = [
  ['agent', 'assistant'],
  ['user', 'user'],
] as const;

/**
 * What was said and called in a simulation in which both speak at once. A tick has a few words of each: what one of them
 * says without a pause is one message, where it begins.
 */
export function messagesOfTicks(ticks: readonly JsonObject[]): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  const speaking = new Map<string, Spoken>();
  for (const tick of ticks) {
    for (const [side, role] of sides) {
      const chunk = objectOf(tick[`${side}_chunk`]);
      const calls = arrayOf(tick[`${side}_tool_calls`]);
      const said = speaking.get(role);
      if (said && calls.length === 0 && isSilent(chunk) === false && isSameUtterance(said, chunk))
        goOn(said, chunk);
      else {
        speaking.delete(role);
        const spoken = begin(role, chunk, tick);
        if (calls.length > 0) messages.push({ ...spoken, tool_calls: calls });
        else if (!isSilent(chunk)) {
          messages.push(spoken);
          speaking.set(role, spoken);
        }
      }
      messages.push(...arrayOf(tick[`${side}_tool_results`]).filter(isObject));
    }
  }
  return messages;
}

function isSilent(chunk: JsonObject): boolean {
  return textOf(chunk.content) === undefined && !chunk.usage && !chunk.cost;
}

function begin(role: string, chunk: JsonObject, tick: JsonObject): Spoken {
  const timestamp = chunk.timestamp ?? tick.timestamp;
  return { ...chunk, role, content: textOf(chunk.content) ?? null, timestamp };
}

function isSameUtterance(said: Spoken, chunk: JsonObject): boolean {
  const [before, now] = [arrayOf(said.utterance_ids), arrayOf(chunk.utterance_ids)];
  return before.length === 0 || now.length === 0 || now.some((id) => before.includes(id));
}

function goOn(said: Spoken, chunk: JsonObject): void {
  const text = textOf(chunk.content);
  if (text !== undefined) said.content = `${said.content ?? ''}${text}`;
  const ids = new Set([...arrayOf(said.utterance_ids), ...arrayOf(chunk.utterance_ids)]);
  if (ids.size > 0) said.utterance_ids = [...ids];
  const cost = numberOf(chunk.cost);
  if (cost !== undefined) said.cost = (numberOf(said.cost) ?? 0) + cost;
  if (isObject(chunk.usage)) said.usage = sum(objectOf(said.usage), chunk.usage);
}

function sum(a: JsonObject, b: JsonObject): JsonObject {
  const total: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const [before, more] = [numberOf(total[key]), numberOf(value)];
    total[key] = before !== undefined && more !== undefined ? before + more : value;
  }
  return total;
}
