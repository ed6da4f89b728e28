import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolFailure } from './tool-failure.ts';

/** A phrase that only this licence's text has; the first that fits counts. */
const phrases: readonly (readonly [spdx: string, phrase: RegExp])[] = [
  ['Apache-2.0', /Apache License,?\s+Version 2\.0/i],
  ['MPL-2.0', /Mozilla Public License,?\s+(?:Version|v\.) 2\.0/i],
  ['GPL-2.0', /GNU GENERAL PUBLIC LICENSE\s+Version 2/],
  ['GPL-3.0', /GNU GENERAL PUBLIC LICENSE\s+Version 3/],
  ['BlueOak-1.0.0', /Blue Oak Model License/i],
  ['ISC', /Permission to use, copy, modify, and\/or distribute[\s\S]*appear in all copies/i],
  ['0BSD', /Permission to use, copy, modify, and\/or distribute/i],
  ['BSD-3-Clause', /Redistribution and use in source and binary[\s\S]*Neither the name/i],
  ['BSD-2-Clause', /Redistribution and use in source and binary/i],
  ['MIT', /Permission is hereby granted, free of charge/i],
];

/** The licence that a package's own files show, whatever its manifest claims. */
export function detectLicence(folder: string): { file: string; spdx: string } {
  const file = readdirSync(folder).find((name) => /^(un)?licen[cs]e|^copying/i.test(name));
  if (!file) throw new ToolFailure('LicenceMissing', 'the package ships no licence file');
  const text = readFileSync(join(folder, file), 'utf8');
  const spdx = phrases.find(([, phrase]) => phrase.test(text))?.[0];
  if (!spdx) throw new ToolFailure('LicenceUnknown', `the text of ${file} is none of the known licences`);
  return { file, spdx };
}
