/** A reading of an object that comes to the same each time, done once for each. */
export function onceFor<TKey extends object, TValue>(read: (key: TKey) => TValue): (key: TKey) => TValue {
  const known = new WeakMap<TKey, { readonly value: TValue }>();
  return (key) => {
    const found = known.get(key) ?? { value: read(key) };
    known.set(key, found);
    return found.value;
  };
}
