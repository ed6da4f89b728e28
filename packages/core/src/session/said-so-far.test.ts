import { expect, it } from 'vitest';
import { SaidSoFar } from './said-so-far.ts';

it('takes of each request what was not said before, however often something is said', () => {
  const said = new SaidSoFar();
  const take = (...messages: string[]) => said.takeNew(messages, (it) => it);
  expect(take('hello')).toEqual(['hello']);
  said.add('hi');
  expect(take('hello', 'hi', 'yes', 'yes')).toEqual(['yes', 'yes']);
  expect(take('hello', 'hi', 'yes', 'yes', 'yes')).toEqual(['yes']);
});
