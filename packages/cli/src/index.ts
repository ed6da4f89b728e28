export { defineConfig, type VarveConfig } from './config/index.ts';
