import { VarveError } from '@varve/schema/errors';

/** Imported before all else: on an older Node.js better-sqlite3 kills the process when its first database is opened. */
if (Number.parseInt(process.versions.node, 10) < 22) {
  throw new VarveError('RUNTIME_UNSUPPORTED', `varve cannot run on Node.js ${process.versions.node}`, {
    hint: 'run it with Node.js 22 or newer',
  });
}
