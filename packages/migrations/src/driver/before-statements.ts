import type { Database } from './driver.ts';

/** By which SQL comes to a connection as a text. */
const withText = ['prepare', 'exec', 'explain'] as const;
/** By which anything may be done to it. */
const others = ['pragma', 'transaction', 'loadExtension', 'unsafeMode'] as const;

/**
 * Runs on a connection what `scriptFor` answers, ahead of each SQL that it is given: of its text, or of undefined where
 * that is not known. After the last answer the connection is as it was.
 */
export function beforeStatements(
  sqlite: Database,
  scriptFor: (sql: string | undefined) => { readonly script: string; readonly isLast: boolean },
): void {
  const before = (sql: string | undefined) => {
    const { script, isLast } = scriptFor(sql);
    if (script !== '') execBeside(sqlite, script);
    if (isLast) for (const name of [...withText, ...others]) Reflect.deleteProperty(sqlite, name);
  };
  for (const name of withText) intercept(sqlite, name, ([sql]) => before(String(sql)));
  for (const name of others) intercept(sqlite, name, () => before(undefined));
}

function intercept(sqlite: Database, name: string, before: (args: readonly unknown[]) => void): void {
  const method = Reflect.get(sqlite, name) as (...args: unknown[]) => unknown;
  const value = (...args: unknown[]) => {
    before(args);
    return Reflect.apply(method, sqlite, args);
  };
  Object.defineProperty(sqlite, name, { value, configurable: true });
}

/** Also while rows of another statement are being read, which the driver only allows in this mode. */
function execBeside(sqlite: Database, script: string): void {
  const { exec, unsafeMode } = Object.getPrototypeOf(sqlite) as Database;
  unsafeMode.call(sqlite, true);
  try {
    exec.call(sqlite, script);
  } finally {
    unsafeMode.call(sqlite, false);
  }
}
