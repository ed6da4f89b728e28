export type { Usage } from '@varve/core/internal';
