import { readFileSync } from 'node:fs';

/**
 * A step of a document: a file to save (and to run, if it is a program), with the output that a comment behind its
 * `console.log` promises, or a command, with all that it prints where the document shows it.
 */
export type DocumentStep =
  | {
      readonly kind: 'file';
      readonly fileName: string;
      readonly source: string;
      readonly promisedOutput: string;
    }
  | {
      readonly kind: 'command';
      readonly name: CommandName;
      readonly args: readonly string[];
      readonly promisedOutput: string | undefined;
    };

type CommandName = 'drizzle-kit' | 'tsc' | 'varve';

const fence = /^```(ts|json|sql|sh|console)\n([\s\S]*?)^```$/gm;

/**
 * What a reader of a Markdown file would type, in order: its TypeScript blocks, and SQL and JSON blocks that name a file, each
 * named by its first line (`// agent.ts`), and the drizzle-kit, tsc and varve commands of its shell blocks.
 */
export function readDocument(path: string): DocumentStep[] {
  return [...readFileSync(path, 'utf8').matchAll(fence)].flatMap(([, language, text = '']) => {
    if (language === 'ts') return [fileOf(text, path)];
    if (language === 'json') return /^\/\/ [\w./-]+\.json\n/.test(text) ? [fileOf(text, path)] : [];
    if (language === 'sql') return /^-- [\w./-]+\.sql\n/.test(text) ? [fileOf(text, path)] : [];
    return language === 'sh' ? commandsOf(text) : sessionOf(text);
  });
}

function fileOf(source: string, path: string): DocumentStep {
  const fileName = /^(?:\/\/|--) ([\w./-]+\.(?:ts|sql|json))\n/.exec(source)?.[1];
  if (!fileName) throw new Error(`a TypeScript block of ${path} does not begin with its file's name`);
  const promisedOutput = /^console\.log\(.*\); \/\/ (.+)$/m.exec(source)?.[1] ?? '';
  return { kind: 'file', fileName, source, promisedOutput };
}

function commandsOf(text: string): DocumentStep[] {
  return [...text.matchAll(/^npx (drizzle-kit|tsc|varve)\b ?(.*)$/gm)].map(([, name, rest]) =>
    commandOf(name, rest, undefined),
  );
}

/** Each command with what it printed, up to the next. */
function sessionOf(text: string): DocumentStep[] {
  return [...text.matchAll(/^\$ npx (drizzle-kit|tsc|varve)\b ?(.*)\n((?:(?!\$ ).*\n)*)/gm)].map(
    ([, name, rest, output]) => commandOf(name, rest, output ?? ''),
  );
}

function commandOf(
  name: string | undefined,
  rest: string | undefined,
  promisedOutput: string | undefined,
): DocumentStep {
  const words = [...(rest ?? '').matchAll(/"([^"]*)"|(\S+)/g)];
  const args = words.map(([, quoted, bare = '']) => quoted ?? bare);
  return { kind: 'command', name: name as CommandName, args, promisedOutput };
}
