export { defineConfig, type VarveConfig } from './config.ts';
export { findSchemaFiles } from './find-schema-files.ts';
export { findConfig, loadConfig } from './load-config.ts';
export { loadFixture } from './load-fixture.ts';
export { loadFunctions } from './load-functions.ts';
