import { expect, it } from 'vitest';
import { findJsonProblem } from './json-problem.ts';
import { toJson } from './to-json.ts';

const ring: Record<string, unknown> = { name: 'ring' };
ring.self = ring;

class Order {
  readonly number = 'A-17';
  readonly #secret = 'kept';
  get secret() {
    return this.#secret;
  }
}

class Itself {
  readonly a = 1;
  toJSON() {
    return this;
  }
}

it.each([
  ['a property that is undefined', { ok: true, note: undefined }, { ok: true }],
  ['undefined in a list', [undefined, () => 1], [null, null]],
  ['undefined itself', undefined, null],
  ['a date', { at: new Date(5) }, { at: '1970-01-01T00:00:00.005Z' }],
  ['a date that is none', new Date(Number.NaN), null],
  ['numbers that are none', [Number.NaN, Number.POSITIVE_INFINITY], [null, null]],
  ['a class', new Order(), { number: 'A-17' }],
  ['a map', new Map([['a', 1]]), {}],
  ['a bigint', { wei: 2n ** 70n }, { wei: '1180591620717411303424' }],
  ['a Buffer', Buffer.from('hi'), { $bytes: 'aGk=' }],
  [
    'other bytes',
    [new Uint16Array([1]), new Uint8Array([104]).buffer],
    [{ $bytes: 'AQA=' }, { $bytes: 'aA==' }],
  ],
  ['a cycle', { a: ring }, { a: { name: 'ring', self: '[Circular]' } }],
  ['the same value twice', [Order.prototype, Order.prototype], [{}, {}]],
  ['what gives itself as its JSON', new Itself(), { a: 1 }],
  [
    'a getter that throws',
    Object.defineProperty({ b: 1 }, 'a', { enumerable: true, get: () => JSON.parse('{') }),
    { b: 1, a: '[Unreadable]' },
  ],
  ['a proxy that was revoked', [revoked()], ['[Unreadable]']],
])('makes JSON of %s', (_, value, expected) => {
  expect(toJson(value)).toEqual(expected);
});

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

it('keeps a key named __proto__', () => {
  const given: unknown = JSON.parse('{"__proto__":{"a":1},"b":2}');
  expect(JSON.stringify(toJson(given))).toBe('{"__proto__":{"a":1},"b":2}');
});

it('cuts what is nested too deep, so that SQLite can read the rest', () => {
  const deep = Array.from({ length: 20_000 }).reduce((inner: unknown) => [inner], 1);
  const cut = toJson(deep);
  expect(JSON.stringify(cut)).toContain('[["[Too deep]"]]');
  expect(findJsonProblem(cut)).toBeUndefined();
});

/** Each node knows all others, as a response knows its request, its socket and its agent, and these each other. */
function entangle(count: number): { readonly others: unknown[] }[] {
  const nodes = Array.from({ length: count }, (_, at) => ({ at, others: [] as unknown[] }));
  for (const node of nodes) node.others.push(...nodes);
  return nodes;
}

it('writes each object once where they all lead to each other', () => {
  const text = JSON.stringify(toJson({ socket: entangle(50)[0] }));
  for (let at = 0; at < 50; at++) expect(text.split(`"at":${at},`)).toHaveLength(2);
});

it('comes to an end where the same few values lead to more than could ever be written', () => {
  const doubled = Array.from({ length: 60 }).reduce((inner: unknown) => ({ a: inner, b: inner }), 1);
  expect(JSON.stringify(toJson(doubled)).length).toBeLessThan(10_000);
});

it('writes no more than some of a value that leads to a whole program', () => {
  const text = JSON.stringify(toJson(entangle(1_000)));
  expect(text).toContain('"[Too large]"');
  expect(text.length).toBeLessThan(3_000_000);
});
