import type { LogFormat } from './contract.ts';
import { isObject, objectOf } from './json-access.ts';
import { PiMapper, type SavedPi } from './pi-mapper.ts';

/** `~/.pi/agent/sessions`: a header and entries, a tree by `id` and `parentId` since version 2. */
export const pi: LogFormat = {
  name: 'pi',
  recognise: ({ values }) => values.some(isHeader),
  identify: ({ values }) => ({ kin: [String(objectOf(values.find(isHeader)).id)], rank: 0 }),
  open: (context, saved) => new PiMapper(context, saved as SavedPi | undefined),
};

function isHeader(value: unknown): boolean {
  return (
    isObject(value) &&
    value.type === 'session' &&
    typeof value.id === 'string' &&
    ('cwd' in value || 'version' in value)
  );
}
