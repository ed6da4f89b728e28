import type { TrajectoryFormat } from './contract.ts';
import { type ExportedSession, jsonOf, reasoningOfParts, resultText, textOfParts } from './read-session.ts';
import { toldFacts } from './told-facts.ts';

interface Answer {
  role: 'assistant';
  content: string | null;
  reasoning_content?: string;
  tool_calls?: object[];
}

/** JSON lines of OpenAI's chat messages: what trainers and evaluations of models read. */
export const chatMessagesWriter: TrajectoryFormat = {
  name: 'openai-chat',
  file: 'sessions.jsonl',
  write(exported) {
    const { session } = exported;
    return {
      session_id: session.id,
      agent: session.agent_name,
      model: session.request_model,
      title: session.title,
      created_at: new Date(Number(session.started_at_ms)).toISOString(),
      metadata: toldFacts(exported),
      messages: messagesOf(exported),
    };
  },
};

/** Results stand behind the answer that asked for them, in the order of its calls. */
function messagesOf({ entries }: ExportedSession): object[] {
  const messages: object[] = [];
  let answer: Answer | undefined;
  let results: object[] = [];
  let answered: unknown;
  const end = () => {
    if (answer) messages.push(answer, ...results);
    [answer, results] = [undefined, []];
  };
  for (const entry of entries) {
    if (entry.kind === 'toolCall') {
      answer ??= { role: 'assistant', content: null };
      const given = JSON.stringify(jsonOf(entry.row.arguments) ?? {});
      const call = {
        id: entry.id,
        type: 'function',
        function: { name: entry.row.tool_name, arguments: given },
      };
      answer.tool_calls = [...(answer.tool_calls ?? []), call];
      results.push({
        role: 'tool',
        tool_call_id: entry.id,
        name: entry.row.tool_name,
        content: resultText(entry.row),
      });
      continue;
    }
    const { row, parts } = entry;
    if (row.role === 'tool') continue;
    const isSame =
      row.role === 'assistant' && answer && row.model_call_seq !== null && row.model_call_seq === answered;
    if (!isSame) end();
    if (row.role !== 'assistant') messages.push({ role: row.role, content: textOfParts(parts) });
    else
      answer = withParts(
        answer ?? { role: 'assistant', content: null },
        textOfParts(parts),
        reasoningOfParts(parts),
      );
    answered = row.model_call_seq;
  }
  end();
  return messages;
}

function withParts(answer: Answer, text: string, reasoning: string): Answer {
  const content = [answer.content, text].filter(Boolean).join('\n');
  const thought = [answer.reasoning_content, reasoning].filter(Boolean).join('\n');
  return {
    ...answer,
    content: content === '' ? null : content,
    ...(thought !== '' && { reasoning_content: thought }),
  };
}
