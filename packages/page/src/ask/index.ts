export { askApart } from './ask-apart.ts';
