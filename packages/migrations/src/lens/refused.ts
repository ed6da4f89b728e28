/** Thrown where a statement cannot be compiled with exactly the meaning SQLite gives it. Never leaves the compiler. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
