/** A name as SQLite compares it: without the case of A to Z, and of no other letter. */
export function nameKey(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : name;
}
