import { dirname, relative, resolve } from 'node:path';
import { freezeArchive } from '@varve/core';
import type { Command } from 'commander';
import { defineVerb } from '../command/index.ts';
import { loadFixture } from '../config/index.ts';

export function defineFreeze(command: Command): void {
  defineVerb(command, async (_context, [fixture = 'golden/fixture.ts']) => {
    const file = resolve(fixture);
    const path = relative('.', await freezeArchive(dirname(file), await loadFixture(file)));
    return { json: { path }, text: () => `${path}: frozen; commit it, and never write it again` };
  });
}
