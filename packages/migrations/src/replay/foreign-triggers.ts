import type { Database } from '../driver/index.ts';
import { readTriggers, type Trigger } from '../ledger/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { tokenizeSql } from '../sql/index.ts';
import { runOnEmpty } from './run-on-empty.ts';

/**
 * The triggers of a file that its version does not have: somebody else's, who may have written one that never ends. None
 * where not even an empty database takes the lineage.
 */
export function findForeignTriggers(sqlite: Database, lineage: Lineage, version: number): Trigger[] {
  const triggers = readTriggers(sqlite);
  if (triggers.length === 0) return [];
  const known = knownTriggers(lineage)?.[version];
  return known ? triggers.filter((trigger) => !known.has(plainText(trigger))) : [];
}

const cache = new WeakMap<Lineage, readonly ReadonlySet<string>[] | 'unknown'>();

/** Of each version. */
function knownTriggers(lineage: Lineage): readonly ReadonlySet<string>[] | undefined {
  const known = cache.get(lineage) ?? traceTriggers(lineage) ?? 'unknown';
  cache.set(lineage, known);
  return known === 'unknown' ? undefined : known;
}

function traceTriggers(lineage: Lineage): ReadonlySet<string>[] | undefined {
  try {
    return runOnEmpty(lineage, ({ sqlite, apply }) => {
      const versions = [new Set<string>()];
      for (const migration of lineage.migrations) {
        apply(migration);
        versions.push(new Set(readTriggers(sqlite).map(plainText)));
      }
      return versions;
    });
  } catch {
    return undefined;
  }
}

/** Blanks, comments and quotes do not matter. */
function plainText({ sql }: Trigger): string {
  const tokens = [...tokenizeSql(sql)].filter(({ kind }) => kind !== 'comment');
  return tokens.map(({ text }) => text.replace(/^[`"'[](.*)[`"'\]]$/s, '$1')).join(' ');
}
