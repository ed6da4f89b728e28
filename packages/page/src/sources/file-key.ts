import { createHash } from 'node:crypto';

/** A short name for a path that is the same in every run. */
export function fileKey(path: string): string {
  return createHash('sha256').update(path).digest('base64url').slice(0, 12);
}

/** A session's name in URLs: its file's, with more only where the file holds several. */
export function sessionKey(file: string, sessionId: string | null, isAlone: boolean): string {
  return isAlone || sessionId === null ? file : `${file}.${fileKey(sessionId)}`;
}

/** Which file a session's name is of, and which of its sessions; undefined for its first. */
export function parseSessionKey(key: string): {
  readonly file: string;
  readonly session: string | undefined;
} {
  const [file = '', session] = key.split('.');
  return { file, session };
}
