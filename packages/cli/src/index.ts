export { defineConfig, type VarveConfig } from './config/config.ts';
