import { expect, it } from 'vitest';
import { startProgram } from './testing/run-program.ts';

it('needs no more rights than a user has in a folder of their own', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('only root can become another user');
  const program = startProgram('as-nobody.ts');
  const lines: string[] = [];
  for (let line = 0; line < 6; line++) lines.push(await program.nextLine());
  expect(lines).toEqual([
    'sealed 444',
    'upgraded true 444',
    'recovered 1 0',
    'linked none 1',
    'refused FILE_READ_ONLY',
    'unreadable FILE_UNREADABLE',
  ]);
});
