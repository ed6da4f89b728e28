import type { LogPart } from './contract.ts';
import type { JsonObject } from './json-access.ts';

/** One session as either of opencode's stores has it: the facts, and each message with its parts, in order. */
export interface OpencodeSession {
  readonly info: JsonObject;
  readonly messages: Iterable<OpencodeMessage>;
  /** Of all that was read of it, once the messages are. */
  readonly part: (isOpen: boolean) => LogPart;
}

export interface OpencodeMessage {
  readonly info: JsonObject;
  readonly parts: readonly JsonObject[];
}

/** A file of a session's that gave nothing, as a record of its own. */
export class Unread {
  /** Why. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** By time, then by id, which opencode makes to rise. */
export function byTime(a: JsonObject, b: JsonObject): number {
  return timeOfInfo(a) - timeOfInfo(b) || (String(a.id) < String(b.id) ? -1 : 1);
}

function timeOfInfo({ time }: JsonObject): number {
  const created = (time as { created?: unknown } | undefined)?.created;
  return typeof created === 'number' ? created : 0;
}
