import { contentParts, uriPart } from './chat-parts.ts';
import { type JsonObject, objectOf } from './json-access.ts';

/** Since 1.6 a message may be of parts, images by reference. */
export function atifParts(message: unknown): readonly JsonObject[] {
  if (!Array.isArray(message)) return contentParts(message);
  return message.map((part) => {
    const { path, media_type } = objectOf(objectOf(part).source);
    if (typeof path !== 'string') return contentParts([part])[0] ?? { type: 'other' };
    return uriPart(path, { modality: 'image', ...(media_type !== undefined && { mime_type: media_type }) });
  });
}
