/** Makes a private folder, names it, and exits without removing it. */
import { makePrivateDir } from '../private-dir.ts';

console.log(makePrivateDir());
