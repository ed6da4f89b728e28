export { type RenderSessionHtmlOptions, renderSessionHtml } from './html/render-session-html.ts';
export { type ServedPage, type ServePageOptions, servePage } from './serve/serve-page.ts';
