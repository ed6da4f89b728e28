export { type RenderSessionHtmlOptions, renderSessionHtml } from './render-session-html.ts';
