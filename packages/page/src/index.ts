export { type RenderSessionHtmlOptions, renderSessionHtml } from './html/index.ts';
export { type ServedPage, type ServePageOptions, servePage } from './serve/index.ts';
