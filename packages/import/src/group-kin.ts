/**
 * Puts together what shares a key, also by way of others. Groups come in the order of their first members, members in the
 * order in which they were given.
 */
export function groupKin<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): T[][] {
  const leaders = new Map<string, string>();
  const leaderOf = (key: string): string => {
    let leader = key;
    for (let next = leaders.get(leader); next !== undefined && next !== leader; next = leaders.get(leader))
      leader = next;
    leaders.set(key, leader);
    return leader;
  };
  for (const item of items) {
    const [first, ...others] = keysOf(item);
    if (first !== undefined) for (const other of others) leaders.set(leaderOf(other), leaderOf(first));
  }
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const leader = leaderOf(keysOf(item)[0] ?? '');
    const group = groups.get(leader) ?? [];
    group.push(item);
    groups.set(leader, group);
  }
  return [...groups.values()];
}
