import { VarveError } from '@varve/schema';

export function notFound(path: string): VarveError {
  return new VarveError('FILE_NOT_FOUND', 'nothing is there', {
    path,
    hint: 'check the path; a glob must be quoted to reach varve',
  });
}

export function unreadable(path: string, cause: unknown): VarveError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path);
  return new VarveError('FILE_UNREADABLE', `it cannot be read: ${message}`, {
    path,
    hint: 'check its permissions and those of its folders',
    cause,
  });
}

export function notARegularFile(path: string): VarveError {
  return new VarveError('FILE_NOT_A_DATABASE', 'it is neither a file nor a folder', {
    path,
    hint: 'name a database file, a folder or a glob',
  });
}

/** What Node.js puts for the bytes of a name that are not UTF-8: such a file has no path that opens it. */
export const undecodable = '\ufffd';

export function nameNotText(path: string): VarveError {
  return new VarveError('FILE_UNREADABLE', 'its name is not UTF-8, so that no path opens it', {
    path,
    hint: 'rename it, with convmv or by hand',
  });
}
