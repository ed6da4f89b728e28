import { readFileSync } from 'node:fs';

/**
 * A step of a document: a command, or a program to save and run, with the output that a comment behind its
 * `console.log` promises; empty when none does.
 */
export type DocumentStep =
  | {
      readonly kind: 'program';
      readonly fileName: string;
      readonly source: string;
      readonly promisedOutput: string;
    }
  | { readonly kind: 'command'; readonly name: 'drizzle-kit' | 'varve'; readonly args: readonly string[] };

const fence = /^```(ts|sh)\n([\s\S]*?)^```$/gm;

/**
 * What a reader of a Markdown file would type, in order: its TypeScript blocks, each named by its first line
 * (`// agent.ts`), and the drizzle-kit and varve commands of its shell blocks.
 */
export function readDocument(path: string): DocumentStep[] {
  return [...readFileSync(path, 'utf8').matchAll(fence)].flatMap(([, language, text = '']) =>
    language === 'ts' ? [programOf(text, path)] : commandsOf(text),
  );
}

function programOf(source: string, path: string): DocumentStep {
  const fileName = /^\/\/ ([\w./-]+\.ts)\n/.exec(source)?.[1];
  if (!fileName) throw new Error(`a TypeScript block of ${path} does not begin with its file's name`);
  const promisedOutput = /^console\.log\(.*\); \/\/ (.+)$/m.exec(source)?.[1] ?? '';
  return { kind: 'program', fileName, source, promisedOutput };
}

function commandsOf(text: string): DocumentStep[] {
  return [...text.matchAll(/^npx (drizzle-kit|varve) (.+)$/gm)].map(([, name, rest = '']) => ({
    kind: 'command',
    name: name as 'drizzle-kit' | 'varve',
    args: [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare),
  }));
}
