export { fuseMigrations } from './fuse-migrations.ts';
export { fusedSchema, fusionOf, headImage } from './fusion.ts';
export { readPlainCopy } from './plain-copy.ts';
