/** The agent. Nothing in it is varve's. */
import { generateText, isStepCount, type ToolSet } from 'ai';
import { scriptedModel } from './scripted-model.ts';

export async function answer(question: string, tools: ToolSet): Promise<string> {
  const { text } = await generateText({
    // In a service: model: 'anthropic/claude-sonnet-5'
    model: scriptedModel(question),
    instructions: 'You answer questions about orders.',
    prompt: question,
    tools,
    stopWhen: isStepCount(5),
    telemetry: { functionId: 'support' },
  });
  return text;
}
