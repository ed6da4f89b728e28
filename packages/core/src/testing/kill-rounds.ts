import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { programHasEnded, startProgram } from './run-program.ts';

/** 200 in the deep run. */
export const killRoundCount = process.env.VARVE_DEEP === '1' ? 200 : 2;

export interface KilledWork {
  /** A program beside this file, or a path; it says a line when its work begins, and after each part that is done. */
  readonly program: string;
  /** Prepares a round. Returns what the program is told. */
  prepare(round: number): readonly string[];
  /** The longest time the work is left to run, from its first line on. */
  readonly longestMs: number;
  /** Looks at what remains. `lines` is all that the program has said. */
  check(round: number, lines: readonly string[]): void | Promise<void>;
}

/** Starts a program and kills it without warning at some moment of its work, again and again. */
export async function killRounds({ program, prepare, longestMs, check }: KilledWork): Promise<void> {
  for (let round = 0; round < killRoundCount; round++) {
    const running = startProgram(program, ...prepare(round));
    const lines = [await running.nextLine()];
    // Spread over the whole of the work, and the same in every run.
    const share = createHash('sha256').update(String(round)).digest().readUInt32BE(0) / 2 ** 32;
    await setTimeout(share * longestMs);
    await running.kill();
    for (let line = await running.nextLine(); line !== programHasEnded; line = await running.nextLine())
      lines.push(line);
    await check(round, lines);
  }
}
