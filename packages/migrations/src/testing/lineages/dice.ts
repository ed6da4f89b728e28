/** Choices made by fast-check, thrown one after another; zero for ever when they are used up, so that less is simpler. */
export class Dice {
  #at = 0;
  readonly #throws: readonly number[];

  constructor(throws: readonly number[]) {
    this.#throws = throws;
  }

  /** A number from 0 to below `sides`. */
  below(sides: number): number {
    const thrown = this.#throws[this.#at] ?? 0;
    this.#at += 1;
    return sides <= 0 ? 0 : thrown % sides;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  /** True once in `sides`, and never when the dice are used up. */
  isOneIn(sides: number): boolean {
    return this.below(sides) === 1;
  }
}
