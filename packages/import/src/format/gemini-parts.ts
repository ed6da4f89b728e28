import { contentParts } from './chat-parts.ts';
import type { Usage } from './claude-usage.ts';
import { countOf, isObject, type JsonObject, objectOf, plainPart, textOf } from './json-access.ts';

export function thoughtPart({ subject, description, ...rest }: JsonObject): JsonObject {
  return {
    ...rest,
    type: 'reasoning',
    content: description ?? '',
    ...(subject !== undefined && { subject }),
  };
}

/** The parts of Gemini's API name their kind by their one key. */
export function geminiParts(content: unknown): readonly JsonObject[] {
  const list = isObject(content) ? [content] : content;
  if (!Array.isArray(list)) return contentParts(list);
  return list.map((part) => {
    if (!isObject(part)) return plainPart(part);
    if (typeof part.text === 'string') {
      const { text, thought, ...rest } = part;
      return { ...rest, type: thought === true ? 'reasoning' : 'text', content: text };
    }
    const { mimeType, data, fileUri } = objectOf(part.inlineData ?? part.fileData);
    const kind = { modality: modalityOf(mimeType), mime_type: mimeType };
    if (typeof data === 'string') return { type: 'blob', ...kind, content: data };
    if (typeof fileUri === 'string') return { type: 'uri', ...kind, uri: fileUri };
    return { ...part, type: textOf(part.type) ?? Object.keys(part)[0] ?? 'other' };
  });
}

function modalityOf(mimeType: unknown): string {
  const [, kind] = /^(image|audio|video)\//.exec(String(mimeType)) ?? [];
  return kind ?? 'file';
}

/** Gemini counts the cache within the input, and thoughts and the tools' prompts beside input and output. */
export function geminiUsage(tokens: JsonObject): Usage {
  const [input, output, thoughts] = [countOf(tokens.input), countOf(tokens.output), countOf(tokens.thoughts)];
  const read = countOf(tokens.cached);
  return {
    ...(input !== undefined && { inputTokens: input + (countOf(tokens.tool) ?? 0) }),
    ...(output !== undefined && { outputTokens: output + (thoughts ?? 0) }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(thoughts !== undefined && { reasoningOutputTokens: thoughts }),
  };
}
