import type { Lens } from './lens.ts';

/**
 * Which overlays must lie before some SQL is prepared: those whose names its text holds, wherever. All of them before
 * what may show the names of all, and before a transaction, whose end could take them away again.
 */
export function overlaysNamed(
  lens: Lens,
): (sql: string | undefined) => { readonly script: string; readonly isLast: boolean } {
  const { isPlain, views, overlays } = namesOf(lens);
  const left = new Map(overlays);
  return (sql) => {
    const text = sql?.toLowerCase();
    const isAll =
      text === undefined || !isPlain || asksForAll.test(text) || views.some((it) => text.includes(it));
    const named = isAll ? [...left] : [...left].filter(([name]) => text.includes(name));
    for (const [name] of named) left.delete(name);
    return { script: named.map(([, statement]) => statement).join('\n;\n'), isLast: left.size === 0 };
  };
}

const asksForAll = /begin|savepoint|pragma|sqlite_/;

interface Names {
  /** Whether each name is found in a text that says it, whatever its quotes and capitals. */
  readonly isPlain: boolean;
  /** Head's own views, which name others. */
  readonly views: readonly string[];
  /** The statements by name, in the order in which they are run. */
  readonly overlays: readonly (readonly [name: string, sql: string])[];
}

const known = new WeakMap<Lens, Names>();

function namesOf(lens: Lens): Names {
  const names = known.get(lens) ?? {
    isPlain: lens.overlays.every(({ name }) => /^[\w $.-]+$/.test(name)),
    views: lens.views.map(({ name }) => name.toLowerCase()),
    overlays: lens.overlays.map(({ name, sql }) => [name.toLowerCase(), sql] as const),
  };
  known.set(lens, names);
  return names;
}
