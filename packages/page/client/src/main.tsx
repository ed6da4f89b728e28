import { render } from 'preact';
import { App } from './app.tsx';
import { forgetToken } from './parts/place.ts';

forgetToken();
const page = document.getElementById('page');
if (page) render(<App />, page);
