export { CatalogKeeper } from './catalog-keeper.ts';
export type { ListQuery } from './catalog-sql.ts';
