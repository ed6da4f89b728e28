import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ToolFailure } from './tool-failure.ts';

const names = z.record(z.string(), z.string());

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  main: z.string().optional(),
  module: z.string().optional(),
  types: z.string().optional(),
  exports: z.json().optional(),
  bin: z.union([z.string(), names]).optional(),
  scripts: names.optional(),
  dependencies: names.optional(),
  peerDependencies: names.optional(),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** The fields of package.json that an audit looks at. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) throw new ToolFailure('ManifestMissing', 'the folder has no package.json');
  const parsed = manifestSchema.safeParse(parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ToolFailure('ManifestUnreadable', `package.json: ${issue?.path.join('.')}: ${issue?.message}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ToolFailure('ManifestUnreadable', 'package.json is not JSON', { cause });
  }
}
