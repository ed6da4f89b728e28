import { realpathSync } from 'node:fs';

/** Imported by a process before all else: it dies, as by a fault in SQLite, when it is about to open a file of that name. */
const { native } = realpathSync;
realpathSync.native = ((path: string) => {
  if (path.includes('poison')) process.kill(process.pid, 'SIGSEGV');
  return native(path);
}) as typeof native;
