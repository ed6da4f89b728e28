import { readFileSync } from 'node:fs';

/**
 * A step of a document: a drizzle-kit command, or a program to save and run, with the output that a comment behind its
 * `console.log` promises; empty when none does.
 */
export type DocumentStep =
  | {
      readonly kind: 'program';
      readonly fileName: string;
      readonly source: string;
      readonly promisedOutput: string;
    }
  | { readonly kind: 'drizzle-kit'; readonly args: readonly string[] };

const fence = /^```(ts|sh)\n([\s\S]*?)^```$/gm;

/**
 * What a reader of a Markdown file would type, in order: its TypeScript blocks, each named by its first line
 * (`// agent.ts`), and the drizzle-kit commands of its shell blocks.
 */
export function readDocument(path: string): DocumentStep[] {
  return [...readFileSync(path, 'utf8').matchAll(fence)].flatMap(([, language, text = '']) =>
    language === 'ts' ? [programOf(text, path)] : commandsOf(text),
  );
}

function programOf(source: string, path: string): DocumentStep {
  const fileName = /^\/\/ ([\w.-]+\.ts)\n/.exec(source)?.[1];
  if (!fileName) throw new Error(`a TypeScript block of ${path} does not begin with its file's name`);
  const promisedOutput = /^console\.log\(.*\); \/\/ (.+)$/m.exec(source)?.[1] ?? '';
  return { kind: 'program', fileName, source, promisedOutput };
}

function commandsOf(text: string): DocumentStep[] {
  const commands = text.split('\n').filter((line) => line.startsWith('npx drizzle-kit '));
  return commands.map((line) => ({ kind: 'drizzle-kit', args: line.split(/\s+/).slice(2) }));
}
