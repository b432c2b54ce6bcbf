import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';

/*
 * The AI SDK as a client of a gateway. TypeScript doesn't check this file, because the packages are
 * installed only on demand; the suite that calls it describes its arguments and its result.
 */

const CLIENTS = {
  anthropic: ({ url, key, model }) => ({
    model: createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(model),
    providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } },
  }),
  openai: ({ url, key, model }) => ({
    model: createOpenAI({ baseURL: `${url}/v1`, apiKey: key })(model),
    providerOptions: {
      openai: {
        store: false,
        forceReasoning: true,
        reasoningEffort: 'medium',
        include: ['reasoning.encrypted_content'],
      },
    },
  }),
  'openai.chat': ({ url, key, model }) => ({
    model: createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).chat(model),
    providerOptions: { openai: { forceReasoning: true, reasoningEffort: 'medium' } },
  }),
  'openai-compatible': ({ url, key, model }) => ({
    model: createOpenAICompatible({
      name: 'postern',
      baseURL: `${url}/v1`,
      apiKey: key,
      includeUsage: true,
    })(model),
    providerOptions: { postern: { reasoningEffort: 'medium' } },
  }),
};

/** Runs a conversation until the model calls no more tools. Returns what the SDK accumulated in each step. */
export async function converse({ client, url, key, model, streamed, question, tools, maxSteps }) {
  const request = {
    ...CLIENTS[client]({ url, key, model }),
    maxRetries: 0,
    maxOutputTokens: 4096,
    system: question.system,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: question.text },
          { type: 'file', data: question.png, mediaType: 'image/png' },
        ],
      },
    ],
    tools: Object.fromEntries(
      tools.map(({ name, schema, result }) => [
        name,
        tool({ inputSchema: jsonSchema(schema), execute: () => result }),
      ]),
    ),
    stopWhen: isStepCount(maxSteps),
  };
  const steps = streamed ? await stepsOfStream(request) : (await generateText(request)).steps;
  return steps.map((step) => ({
    text: step.text,
    thinking: step.reasoningText ?? '',
    calls: step.toolCalls.map(({ toolName, input }) => ({ name: toolName, input })),
    stop: step.finishReason,
    input: step.usage.inputTokens,
    output: step.usage.outputTokens,
  }));
}

/** An error in a stream doesn't reject the SDK's promises unless it comes before the first step. */
async function stepsOfStream(request) {
  const errors = [];
  const result = streamText({ ...request, onError: ({ error }) => errors.push(error) });
  const steps = await result.steps;
  if (errors.length > 0) throw errors[0];
  return steps;
}
