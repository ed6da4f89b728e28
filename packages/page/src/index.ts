export { type ServedPage, type ServePageOptions, servePage } from './serve/serve-page.ts';
