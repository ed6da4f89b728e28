import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

type Scripts = Readonly<Record<string, string>>;

/**
 * Adds scripts to a folder's package.json, making one where there is none; false where they are all there. Everything else
 * in the file stays as it is written.
 */
export function addScripts(dir: string, scripts: Scripts): boolean {
  const path = join(dir, 'package.json');
  const text = existsSync(path)
    ? readFileSync(path, 'utf8')
    : `${JSON.stringify({ name: basename(dir), private: true, type: 'module' }, null, 2)}\n`;
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const manifest: { readonly scripts?: Scripts } = JSON.parse(text.slice(mark.length));
  const missing = Object.entries(scripts).filter(([name]) => manifest.scripts?.[name] === undefined);
  if (missing.length === 0) return false;
  const next = { ...manifest, scripts: { ...manifest.scripts, ...Object.fromEntries(missing) } };
  const [, indent = '  '] = /^\uFEFF?\{\r?\n([ \t]+)/.exec(text) ?? [];
  const entries = missing.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const written = text.slice(mark.length);
  const edited = addEntries(written, entries, indent);
  const rendered = isJsonOf(edited, next) ? edited : JSON.stringify(next, null, indent) + endOf(written);
  const lines = rendered.replaceAll(/\r?\n/g, text.includes('\r\n') ? '\r\n' : '\n');
  writeFileSync(path, mark + lines);
  return true;
}

const endOf = (text: string): string => /\r?\n$/.exec(text)?.[0] ?? '';

function isJsonOf(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}

/** As a person would: behind the last script, or with a new block behind the last key. */
function addEntries(text: string, entries: readonly string[], indent: string): string {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)];
  let [depth, isInScripts] = [0, false];
  for (const [at, { 0: token, index }] of tokens.entries()) {
    if (depth === 1 && token === '"scripts"' && tokens[at + 1]?.[0] === '{') isInScripts = true;
    if (token === '{' || token === '[') depth += 1;
    if (token !== '}' && token !== ']') continue;
    depth -= 1;
    if (isInScripts && depth === 1) return insert(text, index, entries, indent.repeat(2));
    if (depth > 0) continue;
    const block = entries.map((entry) => `\n${indent.repeat(2)}${entry}`).join(',');
    return insert(text, index, [`"scripts": {${block}\n${indent}}`], indent);
  }
  return text;
}

function insert(text: string, close: number, entries: readonly string[], indent: string): string {
  const before = text.slice(0, close).trimEnd();
  const gap = text.slice(before.length, close);
  const comma = before.endsWith('{') ? '' : ',';
  const space = gap.includes('\n') ? `\n${indent}` : ' ';
  const added = entries.map((entry) => `${space}${entry}`).join(',');
  return `${before}${comma}${added}${gap || ' '}${text.slice(close)}`;
}
