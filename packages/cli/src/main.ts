#!/usr/bin/env node
// Nothing is imported statically: on an old Node.js even loading the native module kills the process.
const major = Number.parseInt(process.versions.node, 10);
if (major < 22) {
  process.stderr.write(
    `error[RUNTIME_UNSUPPORTED]: varve cannot run on Node.js ${process.versions.node}\n` +
      'hint: run it with Node.js 22 or newer\n',
  );
  process.exitCode = 2;
} else {
  const { keepCompiled } = await import('./start/keep-compiled.ts');
  keepCompiled();
  if (process.argv[2] === 'upgrade')
    (await import('./start/ready-upgrade.ts')).readyUpgrade(process.argv.slice(3));
  const { setFlagsFromString } = await import('node:v8');
  // What loading the modules and a walk over 100,000 files leaves is collected rather than kept: 70 MB, and 10 of a short run.
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--max-semi-space-size=1');
  await import('@varve/core/quick-imports');
  const { shareModules } = await import('./start/share-modules.ts');
  shareModules();
  const { runCommand } = await import('./program/run-command.ts');
  // Who writes is told as well, and knows what it means.
  process.stdout.on('error', () => {});
  await runCommand(process.argv.slice(2));
}
