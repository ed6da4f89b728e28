import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolFailure } from './tool-failure.ts';

/** Whether somebody explains the package, and shows it. */
export function readReadme(folder: string): { file: string; wordCount: number; hasExample: boolean } {
  const file = readdirSync(folder).find((name) => /^readme(\.|$)/i.test(name));
  if (!file) throw new ToolFailure('ReadmeMissing', 'the package ships no readme');
  const text = readFileSync(join(folder, file), 'utf8');
  return { file, wordCount: text.split(/\s+/).filter(Boolean).length, hasExample: text.includes('```') };
}
