import { createInterface } from 'node:readline';
import { acquireWriterLock } from '../lock/writer-lock.ts';

/** Holds the locks of two files by one lock file, and lets go of the first when it is told to. */
const [one = '', other = ''] = process.argv.slice(2);
const first = acquireWriterLock(one);
const second = first.share(other);
console.log(second ? 'shared' : 'not shared');
for await (const _ of createInterface(process.stdin)) {
  first.release();
  console.log('released');
}
