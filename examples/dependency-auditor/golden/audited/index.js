import { deep } from 'no-such-package/lib/deep.js';

export const left = deep('over');
