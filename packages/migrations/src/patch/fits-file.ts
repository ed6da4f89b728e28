import { isLedger } from '../ledger/index.ts';
import type { Lineage } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { nameKey } from '../sql/index.ts';
import { identifiersOf } from './known-names.ts';
import type { Patch } from './patch.ts';

/** Whether what a file has more or less than its version is none of the patch's business. */
export function fitsFile(
  actual: readonly SchemaObject[],
  expected: readonly SchemaObject[],
  patch: Patch,
  lineage: Pick<Lineage, 'ledger'>,
): boolean {
  const texts = new Map(expected.map((object) => [`${object.type} ${object.name}`, object.sql]));
  for (const object of actual) {
    const key = `${object.type} ${object.name}`;
    const text = texts.get(key);
    texts.delete(key);
    if (text === object.sql) continue;
    // A ledger is as its tool makes it, also where a migration would make it. A replay does not set off a trigger that
    // its version does not have.
    const isOther =
      text === undefined
        ? object.type !== 'trigger'
        : object.type === 'table' && isLedger(object.name, lineage);
    if (!isOther || !isBeside(object, patch)) return false;
  }
  const missing = expected.filter(({ type, name }) => texts.has(`${type} ${name}`));
  return missing.every((object) => object.type !== 'table' && isBeside(object, patch));
}

/** SQLite looks through every view and trigger when something is renamed. */
function isBeside(object: SchemaObject, { touched, made }: Patch): boolean {
  const name = nameKey(object.name);
  if (made.has(name)) return false;
  if (touched.size === 0) return true;
  if (object.type === 'view' || object.type === 'trigger' || touched.has(name)) return false;
  return ![...identifiersOf(object)].some((it) => touched.has(it));
}
