import { expect, it } from 'vitest';
import { KeysByContent, SaidSoFar } from './said-so-far.ts';

it('takes of each request what was not said before, however often something is said', () => {
  const said = new SaidSoFar();
  const take = (...messages: string[]) => said.takeNew(messages, (it) => it);
  expect(take('hello')).toEqual(['hello']);
  said.add('hi');
  expect(take('hello', 'hi', 'yes', 'yes')).toEqual(['yes', 'yes']);
  expect(take('hello', 'hi', 'yes', 'yes', 'yes')).toEqual(['yes']);
});

it('looks at an object that comes again once, where it is told that objects stay as they are', () => {
  const said = new SaidSoFar();
  const keys = new WeakMap<object, string>();
  const looked: string[] = [];
  const take = (...messages: { text: string }[]) =>
    said.takeNew(messages, (it) => looked.push(it.text) && it.text, keys);
  const hello = { text: 'hello' };
  take(hello);
  expect(take(hello, { text: 'hello' })).toHaveLength(1);
  expect(looked).toEqual(['hello', 'hello']);
});

it('looks at a copy of what was said before once, by all that it tells', () => {
  const said = new SaidSoFar();
  const keys = new KeysByContent();
  const looked: unknown[] = [];
  const take = (...messages: { text: unknown; at?: number }[]) =>
    said.takeNew(messages, ({ text }) => looked.push(text) && String(text), keys);
  const long = 'x'.repeat(2000);
  expect(take({ text: 'hello' }, { text: long })).toHaveLength(2);
  expect(take({ text: 'hello' }, { text: long }, { text: `${long}.` })).toEqual([{ text: `${long}.` }]);
  expect(looked).toEqual(['hello', long, `${long}.`]);
  expect(take({ text: 'hello', at: 2 })).toEqual([]);
  expect(take({ text: Uint8Array.of(1) }, { text: Uint8Array.of(2) }, { text: 1n })).toHaveLength(3);
});
