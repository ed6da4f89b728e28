import { createHash } from 'node:crypto';

/** Leaves room, in the 255 bytes of a name, for what varve and SQLite add to it. */
const maxLength = 180;
const keptLength = 120;

/** Windows gives these to devices, whatever their ending. */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * The name of a session's file, without its ending: the id where that is letters, digits and `. _ -`; any other byte of
 * its UTF-8 as `%` and two digits. A name that would be too long is cut, and ends in `~` and a hash of the whole id.
 * Different ids have different names.
 */
export function sessionFileName(id: string): string {
  const encoded = encodeStart(id.replace(/[^\w.-]/gu, encodeBytes));
  if (encoded.length <= maxLength) return encoded;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return `${encoded.slice(0, keptLength).replace(/%.?$/, '')}~${hash}`;
}

function encodeBytes(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** A dot hides a file, a dash makes it an option, and a device is no file. */
function encodeStart(name: string): string {
  const isTaken = /^[.-]/.test(name) || deviceName.test(name);
  return isTaken ? encodeBytes(name.slice(0, 1)) + name.slice(1) : name;
}
