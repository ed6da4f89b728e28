import type { SampleChange } from './sample-change.ts';
import { rebuildWithJson, reshapeJson } from './sample-json-changes.ts';
import { changeIndexes, changeViews, createTrigger } from './sample-objects.ts';
import {
  deleteRows,
  insertOrReplace,
  insertQuery,
  insertSelect,
  insertValues,
  updateRows,
} from './sample-rows.ts';
import { stagedStatement, writingTrigger } from './sample-staged-statements.ts';
import {
  addColumn,
  createTable,
  dropColumn,
  dropTable,
  rebuildTable,
  renameColumn,
  renameTable,
} from './sample-tables.ts';
import { virtualTable } from './sample-virtual-tables.ts';

/** Every kind of change, the common ones several times. */
export const sampleChanges: readonly SampleChange[] = [
  addColumn, renameColumn, updateRows, dropColumn, rebuildTable, updateRows, deleteRows, insertValues, insertSelect,
  createTable, renameTable, insertQuery, changeViews, updateRows, rebuildTable, dropTable, updateRows, changeIndexes,
  rebuildTable, updateRows, addColumn, insertSelect, createTrigger, updateRows, rebuildTable, insertOrReplace,
  stagedStatement, stagedStatement, stagedStatement, stagedStatement, writingTrigger, virtualTable, virtualTable,
  reshapeJson, reshapeJson, reshapeJson, rebuildWithJson,
]; // biome-ignore format: a list reads better in rows
