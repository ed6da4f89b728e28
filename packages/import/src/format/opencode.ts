import type { LogFormat } from './contract.ts';
import { isObject } from './json-access.ts';
import { openCodeDatabase } from './opencode-database.ts';
import { isExport, readExport } from './opencode-export.ts';
import { OpencodeMapper } from './opencode-mapper.ts';
import { openCodeTree } from './opencode-tree.ts';
import { filesOfSessions, isSessionFile } from './opencode-tree-files.ts';

/** `opencode.db` since 1.2, found by its tables; before that a tree of JSON files, of which the session's is read with the rest. */
export const opencode: LogFormat = {
  name: 'opencode',
  isManifold: true,
  isUnique: true,
  recognise(sample) {
    if (sample.shape === 'sqlite') return openCodeDatabase.recognise(sample.path);
    const [value] = sample.values;
    if (isObject(value) && isExport(value)) return true;
    if (!isSessionFile(sample.path)) return false;
    const isWhole = isObject(value) && typeof value.id === 'string' && isObject(value.time);
    return isWhole || openCodeTree.hasMessages(sample.path);
  },
  // Its stores are read one after the other: which of them tells a session best is seen by the archive of one before.
  identify: () => ({ kin: [], rank: 0 }),
  stampBeside: (path, options) =>
    path.endsWith('.json') ? openCodeTree.stampBeside(path, options) : openCodeDatabase.stampBeside(path),
  filesBeside: filesOfSessions,
  records(source, onChunk, past) {
    const { shape, values } = source.sample;
    if (shape === 'sqlite') return openCodeDatabase.read(source, onChunk, past);
    const [value] = values;
    return isObject(value) && isExport(value)
      ? readExport(source.path, onChunk)
      : openCodeTree.read(source, onChunk);
  },
  open: (context) => new OpencodeMapper(context),
};
