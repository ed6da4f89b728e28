import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { stampOf } from '../log/index.ts';

/** A message of a tree, of whose file nothing is known but where it lies. */
export interface MessageFile {
  readonly id: string;
  readonly path: string;
  /** The files of its parts, in order. */
  readonly parts: readonly string[];
}

type List = (folder: string) => readonly string[];

/** `storage/session/<project>/<session>.json`, or `storage/session/info/<session>.json` in the first releases. */
export function isSessionFile(path: string): boolean {
  const [store, project, name] = path.split(sep).slice(-3);
  return (
    store === 'session' && name?.endsWith('.json') === true && project !== 'message' && project !== 'part'
  );
}

/** Which session a file is of, by its name. */
export function sessionOf(path: string): string {
  return basename(path, '.json');
}

/** The messages of a session in the tree in which another one, or itself, has the file at this path. */
export function* messageFilesIn(path: string, session: string, list: List = jsonIn): Generator<MessageFile> {
  for (const message of messagesIn(path, session, list)) {
    const folders = partFoldersOf(path, session, message);
    const parts = folders.map(list).find((files) => files.length > 0) ?? [];
    yield { id: basename(message, '.json'), path: message, parts };
  }
}

/** Of the files that a walk found, those of messages and parts whose session it found too. */
export function filesOfSessions(found: readonly string[]): ReadonlySet<string> {
  const sessions = found.filter(isSessionFile);
  if (sessions.length === 0) return new Set();
  const byFolder = Map.groupBy(found.filter(isJson), (path) => dirname(path));
  const list = (folder: string) => byFolder.get(folder) ?? [];
  const messages = sessions.flatMap((path) => [...messageFilesIn(path, sessionOf(path), list)]);
  return new Set(messages.flatMap(({ path, parts }) => [path, ...parts]));
}

/** Changes when the files of a session's messages and parts do. */
export function stampOfMessages(path: string, session: string): string {
  const files = [...messageFilesIn(path, session)].flatMap((message) => [message.path, ...message.parts]);
  return hashOfStats(files);
}

/**
 * Changes when a session gets messages or parts, and when a message's own file is written again, as it is at the end of each
 * step. A session may have many that ask for this of their parent, so that its parts are not all looked at.
 */
export function stampOfSteps(path: string, session: string): string {
  const messages = messagesIn(path, session, jsonIn);
  return hashOfStats(messages.flatMap((message) => [message, ...partFoldersOf(path, session, message)]));
}

function hashOfStats(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path} ${statsOf(path)}\n`);
  return hash.digest('hex');
}

function statsOf(path: string): string {
  try {
    return stampOf(path);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function messagesIn(path: string, session: string, list: List): readonly string[] {
  // What a log tells must not lead out of the tree.
  const isName = basename(session) === session && /^[^.]/.test(session);
  return isName ? list(join(storesOf(path)[0], session)) : [];
}

/** Where the parts of a message may lie: in the second of them in the first releases. */
function partFoldersOf(path: string, session: string, message: string): readonly string[] {
  const [, partDir] = storesOf(path);
  const id = basename(message, '.json');
  return [join(partDir, id), join(partDir, session, id)];
}

/** `storage/session/<project>` beside `storage/message`; in the first releases `storage/session/message`. */
function storesOf(path: string): [messages: string, parts: string] {
  const folder = dirname(path);
  const root = basename(folder) === 'info' ? dirname(folder) : dirname(dirname(folder));
  return [join(root, 'message'), join(root, 'part')];
}

function isJson(path: string): boolean {
  return path.endsWith('.json');
}

function jsonIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && isJson(entry.name))
      .map(({ name }) => join(folder, name))
      .sort();
  } catch {
    return [];
  }
}
