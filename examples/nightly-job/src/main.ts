import { runNightly } from './run-nightly.ts';

const root = process.env.SESSIONS_DIR ?? '../http-agent/sessions';
const report = await runNightly({
  live: `${root}/live`,
  archives: `${root}/archives`,
  reports: process.env.REPORTS_DIR ?? 'reports',
});

console.log(`${report.archives} archives, ${report.recovered} of them recovered tonight`);
console.log(`${report.exported} Parquet files written`);
console.table(report.topics);
console.table(report.tools);
for (const { path, code } of report.problems) console.error(`${code}: ${path}`);
process.exitCode = report.problems.length > 0 ? 1 : 0;
