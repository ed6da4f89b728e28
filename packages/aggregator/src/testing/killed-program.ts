import { Socket } from 'node:net';
import { exportArchives } from '../export/index.ts';
import { writeManifest } from '../manifest/index.ts';
import { pushArchives } from '../push/index.ts';
import { loadArchives } from '../warehouse/index.ts';
import { lineage } from './fixture-lineage.ts';

/** Does work on archives over the network, and kills itself without warning at the n-th thing it would send. */
const [kind = '', where = '', into = '', killAt = ''] = process.argv.slice(2);

let sent = 0;
const { write } = Socket.prototype;
Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
  sent += 1;
  if (String(sent) === killAt) process.kill(process.pid, 'SIGKILL');
  return write.apply(this, args);
} as typeof write;

if (kind === 'load') await loadArchives(where, into, { lineage });
if (kind === 'push') await pushArchives(where, { into });
if (kind === 'export') await exportArchives(where, { lineage, into, batchBytes: 100_000 });
if (kind === 'manifest') await writeManifest(where, { lineage, into });

process.send?.(sent);
process.disconnect?.();
