import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { addCheck } from './verbs/check.ts';
import { addExport } from './verbs/export.ts';
import { addFreeze } from './verbs/freeze.ts';
import { addGenerate } from './verbs/generate.ts';
import { addInit } from './verbs/init.ts';
import { addLens } from './verbs/lens.ts';
import { addQuery } from './verbs/query.ts';
import { addRead } from './verbs/read.ts';
import { addRestore } from './verbs/restore.ts';
import { addSearch } from './verbs/search.ts';
import { addShow } from './verbs/show.ts';
import { addSquash } from './verbs/squash.ts';
import { addStatus } from './verbs/status.ts';
import { addUnify } from './verbs/unify.ts';
import { addUpgrade } from './verbs/upgrade.ts';

const manifestSchema = z.object({ version: z.string() });

/** Of the package that this file is in, as source and as it is published. */
function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return manifestSchema.parse(JSON.parse(manifest)).version;
}

/** The whole command line. What cannot be parsed is thrown as CommanderError and not printed. */
export function createProgram(): Command {
  const program = new Command('varve')
    .description('Reads every agent session ever archived, at the schema of today.')
    .version(readVersion())
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const addVerb of [
    addStatus,
    addShow,
    addLens,
    addRead,
    addQuery,
    addUnify,
    addExport,
    addSearch,
    addUpgrade,
    addRestore,
    addInit,
    addGenerate,
    addCheck,
    addFreeze,
    addSquash,
  ])
    addVerb(program);
  return program;
}
