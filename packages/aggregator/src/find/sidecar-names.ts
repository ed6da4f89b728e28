/** The files SQLite, and varve's lock, lay beside a database. */
export const sidecarSuffixes = ['-wal', '-shm', '-journal', '-lock'] as const;

export function isSidecarName(name: string): boolean {
  return sidecarSuffixes.some((suffix) => name.endsWith(suffix));
}
