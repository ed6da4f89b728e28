/** Upgrades a folder in this process and says, as JSON, what came of it. */
import { defineLineage } from '@varve/migrations';
import { upgradeArchives } from '../upgrade/upgrade-archives.ts';
import { lineage } from './fixture-lineage.ts';

const [dir = ''] = process.argv.slice(2);
const here = defineLineage({ ...lineage, functions: { none: () => null } });
let told = 0;
const { upgraded, current, failed } = await upgradeArchives(dir, { lineage: here, onFile: () => told++ });
console.log(JSON.stringify({ upgraded, current, failed: failed.length, told }));
