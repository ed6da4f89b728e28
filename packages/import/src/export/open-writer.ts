import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { durableFs, fileError, workFile } from '@varve/core/internal';
import type { TrajectoryFormat } from './contract.ts';

/** Where trajectories go: a file each, or a line of one file. */
export interface Writer {
  write(id: string, json: string): void;
  finish(): readonly string[];
  discard(): void;
}

/** @throws the errors of the folder */
export function openWriter(into: string, { file, suffix = '.json' }: TrajectoryFormat): Writer {
  try {
    durableFs.makeDir(into);
    return file === undefined ? filesWriter(into, suffix) : linesWriter(join(into, file));
  } catch (error) {
    throw fileError(error, into, 'write');
  }
}

function filesWriter(into: string, suffix: string): Writer {
  const files: string[] = [];
  return {
    write(id, json) {
      const path = join(into, `${id.replace(/[^\w.-]/g, '_')}${suffix}`);
      const work = workFile(path, 'creating');
      durableFs.remove(work);
      durableFs.write(work, Buffer.from(`${json}\n`));
      durableFs.rename(work, path);
      files.push(path);
    },
    finish() {
      durableFs.syncDir(into);
      return files;
    },
    discard: () => {},
  };
}

function linesWriter(path: string): Writer {
  const work = workFile(path, 'creating');
  durableFs.remove(work);
  let file: number | undefined = openSync(work, 'wx');
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    write: (_id, json) => {
      if (file !== undefined) writeSync(file, `${json}\n`);
    },
    finish() {
      close();
      durableFs.sync(work);
      durableFs.rename(work, path);
      return [path];
    },
    discard() {
      close();
      durableFs.remove(work);
    },
  };
}
