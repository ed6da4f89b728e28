export { withSession } from './page-context.ts';
export { type ServedPage, type ServePageOptions, servePage } from './serve-page.ts';
