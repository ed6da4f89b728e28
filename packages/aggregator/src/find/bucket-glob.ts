/** A glob of objects: what must be listed for it, and which of that it means. */
export interface BucketGlob {
  /** The prefix that all of them are below. */
  readonly url: string;
  readonly isMeant: (path: string) => boolean;
}

/** As of files: `*` and `?` stay in a folder, `**` does not, `{a,b}` is one of them. What lies below what it names is meant too. */
export function parseBucketGlob(url: string): BucketGlob | undefined {
  const at = url.search(/[*?{]/);
  if (at === -1) return undefined;
  const pattern = new RegExp(`^${toPattern(url.replace(/\/+$/, ''))}(/.*)?$`, 's');
  return { url: url.slice(0, url.lastIndexOf('/', at)), isMeant: (path) => pattern.test(path) };
}

function toPattern(glob: string): string {
  let depth = 0;
  return glob.replace(/\*\*\/|\*\*|[\s\S]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part === '{') {
      depth += 1;
      return '(?:';
    }
    if (part === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    if (part === ',' && depth > 0) return '|';
    return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
}
