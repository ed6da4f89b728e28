export { countOf } from './count-of.ts';
export { escapeControls, escapeLines } from './escape-controls.ts';
export { formatSize } from './format-size.ts';
export { openReport } from './open-report.ts';
export { printOutput } from './print-output.ts';
export { openProgressBar, type ProgressBar } from './progress-bar.ts';
export { queryView } from './query-view.ts';
export { renderJson } from './render-json.ts';
export { addRowsOptions, type RowsOptions, renderRows } from './render-rows.ts';
export { renderTable } from './render-table.ts';
export {
  exitCodes,
  type Problem,
  reportError,
  reportProblem,
  reportProblems,
  type StackOf,
  tell,
} from './report.ts';
export { tooManyFailures } from './too-many-failures.ts';
export { readUpgradeReport } from './upgrade-report.ts';
