import { basename, dirname, sep } from 'node:path';
import type { LogFormat } from './contract.ts';
import { isObject, objectOf, textOf } from './json-access.ts';
import { openCodeDatabase } from './opencode-database.ts';
import { isExport, readExport } from './opencode-export.ts';
import { OpencodeMapper } from './opencode-mapper.ts';
import { openCodeTree } from './opencode-tree.ts';

/** `opencode.db` since 1.2, found by its tables; before that a tree of JSON files, of which the session's is read with the rest. */
export const opencode: LogFormat = {
  name: 'opencode',
  isManifold: true,
  isUnique: true,
  recognise(sample) {
    if (sample.shape === 'sqlite') return openCodeDatabase.recognise(sample.path);
    const [value] = sample.values;
    if (!isObject(value)) return false;
    return (
      isExport(value) || (typeof value.id === 'string' && isObject(value.time) && isSessionFile(sample.path))
    );
  },
  identify: ({ shape, values: [value] }) => ({
    kin:
      shape === 'sqlite'
        ? []
        : [textOf(objectOf(value).id) ?? textOf(objectOf(objectOf(value).info).id) ?? ''],
    rank: 0,
  }),
  stampBeside: (path) => (path.endsWith('.json') ? openCodeTree : openCodeDatabase).stampBeside(path),
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

/** `storage/session/<project>/<session>.json`, or `storage/session/info/<session>.json` in the first releases. */
function isSessionFile(path: string): boolean {
  return (
    dirname(dirname(path)).split(sep).at(-1) === 'session' &&
    basename(path).endsWith('.json') &&
    !['message', 'part'].includes(basename(dirname(path)))
  );
}
