export { clientDir, clientFile } from './client-dir.ts';
