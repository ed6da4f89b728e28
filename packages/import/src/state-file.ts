import { createHash } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { withFile } from './log/index.ts';

const hashBytes = 32;

function statePath(into: string, name: string, kind: string): string {
  const stem = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return join(into, '.varve-imports', `${stem}.${kind}`);
}

/** What an import left for the next; undefined where there is nothing, or nothing that is whole. */
export function readState(into: string, name: string, kind: string): unknown {
  try {
    const bytes = readFileSync(statePath(into, name, kind));
    const [hash, content] = [bytes.subarray(0, hashBytes), bytes.subarray(hashBytes)];
    return hash.equals(digest(content)) ? deserialize(content) : undefined;
  } catch {
    return undefined;
  }
}

/** Only saves work: what a crash or a full disk leaves of it is not taken for whole, and an import does without. */
export function writeState(into: string, name: string, kind: string, state: unknown): void {
  const path = statePath(into, name, kind);
  try {
    const content = serialize(state);
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(`${path}.new`, 'w', 0o600);
    withFile(file, () => {
      for (const bytes of [digest(content), content]) writeFileSync(file, bytes);
    });
    renameSync(`${path}.new`, path);
  } catch {
    // The next import reads everything.
  }
}

function digest(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
