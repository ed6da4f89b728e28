import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { programHasEnded, startProgram } from './run-program.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const killRoundCount = isDeep ? 200 : 1;

export interface KilledWork {
  /** A program beside this file, or a path; it says a line when its work begins, and after each part that is done. */
  readonly program: string;
  /** Prepares a round. Returns what the program is told. */
  prepare(round: number): readonly string[];
  /** The longest time the work is left to run, from its first line on. */
  readonly longestMs: number;
  /** Looks at what remains. `lines` is all that the program has said. Returns whether a part of the work was cut short. */
  check(round: number, lines: readonly string[]): boolean | Promise<boolean>;
}

/**
 * Starts a program and kills it without warning at some moment of its work, again and again. Many rounds must have cut
 * something short: else they prove nothing.
 */
export async function killRounds({ program, prepare, longestMs, check }: KilledWork): Promise<void> {
  const moments = { 'before a part was done': 0, 'in a part': 0, 'between parts': 0, 'after the work': 0 };
  for (let round = 0; round < killRoundCount; round++) {
    const running = startProgram(program, ...prepare(round));
    const lines = [await running.nextLine()];
    // Spread over the whole of the work, and the same in every run.
    const share = createHash('sha256').update(String(round)).digest().readUInt32BE(0) / 2 ** 32;
    await setTimeout(share * longestMs);
    const hasEnded = running.process.exitCode !== null;
    await running.kill();
    for (let line = await running.nextLine(); line !== programHasEnded; line = await running.nextLine())
      lines.push(line);
    const isCutShort = await check(round, lines);
    if (hasEnded) moments['after the work']++;
    else if (lines.length === 1) moments['before a part was done']++;
    else moments[isCutShort ? 'in a part' : 'between parts']++;
  }
  if (!isDeep) return;
  console.log(program, moments);
  expect(moments['in a part']).toBeGreaterThan(killRoundCount / 4);
}
