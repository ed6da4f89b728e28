const name = 'varve-questions';
const most = 50;

/** The questions asked in this browser, the latest first. */
export function readHistory(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(name) ?? '[]');
    return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : [];
  } catch {
    return [];
  }
}

export function addToHistory(sql: string): readonly string[] {
  const all = [sql, ...readHistory().filter((it) => it !== sql)].slice(0, most);
  localStorage.setItem(name, JSON.stringify(all));
  return all;
}
