import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** Branches that work is merged into; having a file there is being merged, also for who works on them. */
const main = /^(refs\/heads\/|refs\/remotes\/[^/]+\/)(main|master|trunk|develop|HEAD)$/;

/**
 * The branch or tag, other than the one that is being worked on, whose newest commit has this file; undefined where none
 * has, and outside of git.
 */
export function findMerged(path: string): string | undefined {
  const dir = dirname(path);
  const refs = git(dir, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes', 'refs/tags']);
  if (refs === undefined) return undefined;
  const current = git(dir, ['symbolic-ref', '-q', 'HEAD'])?.trim() ?? '';
  const upstream = git(dir, ['rev-parse', '--symbolic-full-name', '@{upstream}'])?.trim() ?? '';
  const others = refs
    .split('\n')
    .filter((ref) => ref && (main.test(ref) || (ref !== current && ref !== upstream)));
  const prefix = git(dir, ['rev-parse', '--show-prefix'])?.trim() ?? '';
  const asked = others.map((ref) => `${ref}:${prefix}${basename(path)}`).join('\n');
  const answers = git(dir, ['cat-file', '--batch-check'], `${asked}\n`)?.split('\n') ?? [];
  const found = others.find((_, at) => / blob \d+$/.test(answers[at] ?? ''));
  return found?.replace(/^refs\/(heads|remotes|tags)\//, '');
}

/** What git prints; undefined where it fails, or is not there. */
function git(cwd: string, args: readonly string[], input = ''): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd, input, encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}
