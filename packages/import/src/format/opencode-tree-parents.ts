import { objectOf, textOf } from './json-access.ts';
import { messageFilesIn, stampOfMessages } from './opencode-tree-files.ts';
import { readJson } from './opencode-tree-reader.ts';

/** Names the calls that started sessions, as `OpencodeParents` does of a database. */
export class OpencodeTreeParents {
  /** Of the parent that was asked for last, as it was then: its children are often asked for one after the other. */
  #stamp: string | undefined;
  #calls: ReadonlyMap<string, string> = new Map();

  /** The id of the call in the parent's session, which lies in the tree of the file at the path; undefined where it names none. */
  callOf(child: string, parent: string, path: string): string | undefined {
    const stamp = stampOfMessages(path, parent);
    if (this.#stamp !== stamp) this.#calls = readCalls(path, parent);
    this.#stamp = stamp;
    return this.#calls.get(child);
  }
}

/** A session that was gone on with by another call was started by the first. */
function readCalls(path: string, parent: string): ReadonlyMap<string, string> {
  const calls = new Map<string, string>();
  for (const { parts } of messageFilesIn(path, parent)) {
    for (const file of parts) {
      const { type, callID, state } = objectOf(readJson(file));
      const { sessionId, sessionID } = objectOf(objectOf(state).metadata);
      const [child, call] = [textOf(sessionId) ?? textOf(sessionID), textOf(callID)];
      if (type === 'tool' && child !== undefined && call !== undefined && !calls.has(child))
        calls.set(child, call);
    }
  }
  return calls;
}
