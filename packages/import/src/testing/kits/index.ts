import { atifKit, miniSweAgentKit, openaiChatKit, sweAgentKit, tauBenchKit } from './chat-kits.ts';
import { claudeKit } from './claude-kit.ts';
import { codexKit } from './codex-kit.ts';
import { geminiKit, geminiLinesKit } from './gemini-kit.ts';
import type { LogKit } from './kit.ts';
import { opencodeDatabaseKit, opencodeSecondKit, opencodeTreeKit } from './opencode-kits.ts';
import { otlpKit } from './otlp-kit.ts';
import { piKit } from './pi-kit.ts';

export type { LogKit, MadeLog, Totals } from './kit.ts';

export const logKits: readonly LogKit[] = [
  ...[claudeKit, codexKit, piKit, geminiKit, geminiLinesKit, openaiChatKit, otlpKit],
  ...[
    tauBenchKit,
    sweAgentKit,
    miniSweAgentKit,
    atifKit,
    opencodeTreeKit,
    opencodeDatabaseKit,
    opencodeSecondKit,
  ],
];
