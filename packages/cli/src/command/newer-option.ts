import type { NewerFiles } from '@varve/core';
import type { Command } from 'commander';

export interface NewerOptions {
  readonly newer?: boolean;
}

/** Adds to a verb that reads what becomes of files that newer code wrote. */
export function addNewerOption(command: Command): void {
  command.option('--newer', 'read files of newer code too, if all that head knows is still there');
}

export function readNewer({ newer }: NewerOptions): NewerFiles {
  return newer ? 'additive' : 'refuse';
}
