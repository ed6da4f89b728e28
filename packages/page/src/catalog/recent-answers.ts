/** Sorting or counting 100,000 rows takes a tenth of a second: while files are read, an answer is good for so long. */
const goodMs = 1000;
const mostAnswers = 20;

/** Answers that hold as long as nothing has changed, and a moment longer. */
export class RecentAnswers<T> {
  readonly #known = new Map<
    string,
    { readonly answer: T; readonly generation: number; readonly atMs: number }
  >();

  get(question: string, generation: number, find: () => T): T {
    const known = this.#known.get(question);
    if (known && (known.generation === generation || Date.now() - known.atMs < goodMs)) return known.answer;
    const answer = find();
    if (this.#known.size >= mostAnswers) this.#known.clear();
    this.#known.set(question, { answer, generation, atMs: Date.now() });
    return answer;
  }
}
