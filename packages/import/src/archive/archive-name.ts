import { createHash } from 'node:crypto';

const longestName = 180;

/** An id that can name a file: the session's own where that can, else made of it, the same each time. */
export function archiveName(id: string): string {
  if (/^[\w-][\w.-]*$/.test(id) && id.length <= longestName) return id;
  const readable = id
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '')
    .slice(0, longestName - 20);
  return `${readable || 'session'}.${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
}
