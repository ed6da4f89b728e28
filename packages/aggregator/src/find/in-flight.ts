/** The results of work on each item, in the items' order, with at most `limit` under way at once. */
export async function* inFlight<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is waited for below; until then a failure is nobody's.
    result.catch(() => {});
    begun.push(result);
    if (begun.length >= limit) yield await (begun.shift() as Promise<R>);
  }
  for (const result of begun) yield await result;
}

/** The same items; the next one is asked for while the caller works on this one. */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = iterator.next();
      next.catch(() => {});
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await iterator.return?.();
  }
}
