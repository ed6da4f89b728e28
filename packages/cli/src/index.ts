export { defineConfig, type VarveConfig } from './config.ts';
