/** Makes a private folder, names it, and exits without removing it. */
import { makePrivateDir } from '../file/private-dir.ts';

console.log(makePrivateDir());
