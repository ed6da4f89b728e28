import { defineConfig } from 'varve';
import { lineage } from './lineage.ts';

export default defineConfig({ lineage });
