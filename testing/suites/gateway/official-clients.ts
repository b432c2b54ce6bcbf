import Anthropic from '@anthropic-ai/sdk';
import type { FakeDialect } from '@postern/testing';
import OpenAI from 'openai';

/* The official client of every dialect, and one question that each asks in its own words. */

/** An answer as its client accumulated it, without what only one dialect has. */
export interface Accumulated {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly stop: string | null;
  readonly input: number;
  readonly output: number;
}

/** The official client of a dialect. */
export interface OfficialClient {
  readonly stops: Readonly<Record<'end' | 'tools' | 'length', string>>;
  ask(model: string, streamed: boolean): Promise<Accumulated>;
  /** The same question with the received tool calls, and their results. */
  askAgain(model: string, streamed: boolean): Promise<Accumulated>;
}

export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } } as const;
const NAMES = ['weather', 'clock'] as const;

function parsed(json: string): unknown {
  return JSON.parse(json);
}

const fromAnthropic = (message: Anthropic.Message): Accumulated => ({
  text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  thinking: message.content
    .map((block) => (block.type === 'thinking' ? block.thinking : ''))
    .join(''),
  calls: message.content.flatMap((block) =>
    block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
  ),
  stop: message.stop_reason,
  input: message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0),
  output: message.usage.output_tokens,
});

async function askAnthropic(
  anthropic: Anthropic,
  model: string,
  streamed: boolean,
  messages: readonly Anthropic.MessageParam[],
): Promise<Anthropic.Message> {
  const request = {
    model,
    max_tokens: 4096,
    system: [{ type: 'text' as const, text: 'Be brief.' }],
    tools: NAMES.map((name) => ({ name, input_schema: SCHEMA })),
    messages: [...messages],
  };
  return streamed
    ? await anthropic.messages.stream(request).finalMessage()
    : await anthropic.messages.create(request);
}

const anthropicQuestion: readonly Anthropic.MessageParam[] = [
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is the weather, and the time?' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
    ],
  },
];

const anthropicClient = (anthropic: Anthropic): OfficialClient => ({
  stops: { end: 'end_turn', tools: 'tool_use', length: 'max_tokens' },
  ask: async (model, streamed) =>
    fromAnthropic(await askAnthropic(anthropic, model, streamed, anthropicQuestion)),
  askAgain: async (model, streamed) => {
    const first = await askAnthropic(anthropic, model, streamed, anthropicQuestion);
    const results = first.content.flatMap((block): readonly Anthropic.ToolResultBlockParam[] =>
      block.type === 'tool_use'
        ? [{ type: 'tool_result', tool_use_id: block.id, content: `result of ${block.name}` }]
        : [],
    );
    return fromAnthropic(
      await askAnthropic(anthropic, model, streamed, [
        ...anthropicQuestion,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [...results] },
      ]),
    );
  },
});

interface ChatAnswer {
  readonly completion: OpenAI.ChatCompletion;
  /** The SDK doesn't accumulate this field, which isn't OpenAI's own. */
  readonly thinking: string;
}

const fromChat = ({ completion, thinking }: ChatAnswer): Accumulated => {
  const [choice] = completion.choices;
  return {
    text: choice?.message.content ?? '',
    thinking,
    calls: (choice?.message.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ name: call.function.name, input: parsed(call.function.arguments) }]
        : [],
    ),
    stop: choice?.finish_reason ?? null,
    input: completion.usage?.prompt_tokens ?? -1,
    output: completion.usage?.completion_tokens ?? -1,
  };
};

function reasoningIn(message: object | undefined): string {
  const reasoning: unknown = message === undefined ? '' : Reflect.get(message, 'reasoning_content');
  return typeof reasoning === 'string' ? reasoning : '';
}

async function askChat(
  openai: OpenAI,
  model: string,
  streamed: boolean,
  messages: readonly OpenAI.ChatCompletionMessageParam[],
): Promise<ChatAnswer> {
  const request = {
    model,
    messages: [...messages],
    tools: NAMES.map((name) => ({
      type: 'function' as const,
      function: { name, parameters: SCHEMA },
    })),
  };
  if (!streamed) {
    const completion = await openai.chat.completions.create(request);
    return { completion, thinking: reasoningIn(completion.choices[0]?.message) };
  }
  const stream = openai.chat.completions.stream({
    ...request,
    stream_options: { include_usage: true },
  });
  let thinking = '';
  stream.on('chunk', (chunk) => {
    thinking += reasoningIn(chunk.choices[0]?.delta);
  });
  return { completion: await stream.finalChatCompletion(), thinking };
}

const chatQuestion: readonly OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Be brief.' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What is the weather, and the time?' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
    ],
  },
];

const chatClient = (openai: OpenAI): OfficialClient => ({
  stops: { end: 'stop', tools: 'tool_calls', length: 'length' },
  ask: async (model, streamed) => fromChat(await askChat(openai, model, streamed, chatQuestion)),
  askAgain: async (model, streamed) => {
    const { completion } = await askChat(openai, model, streamed, chatQuestion);
    const message = completion.choices[0]?.message;
    if (message === undefined) throw new Error('no message');
    const results = (message.tool_calls ?? []).map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.id,
      content: 'a result',
    }));
    return fromChat(await askChat(openai, model, streamed, [...chatQuestion, message, ...results]));
  },
});

const fromResponses = (response: OpenAI.Responses.Response): Accumulated => ({
  text: response.output_text,
  thinking: response.output
    .flatMap((item) => (item.type === 'reasoning' ? item.summary : []))
    .map(({ text }) => text)
    .join(''),
  calls: response.output.flatMap((item) =>
    item.type === 'function_call' ? [{ name: item.name, input: parsed(item.arguments) }] : [],
  ),
  stop: response.incomplete_details?.reason ?? response.status ?? null,
  input: response.usage?.input_tokens ?? -1,
  output: response.usage?.output_tokens ?? -1,
});

async function askResponses(
  openai: OpenAI,
  model: string,
  streamed: boolean,
  input: readonly OpenAI.Responses.ResponseInputItem[],
): Promise<OpenAI.Responses.Response> {
  const request = {
    model,
    store: false,
    instructions: 'Be brief.',
    input: [...input],
    tools: NAMES.map((name) => ({
      type: 'function' as const,
      name,
      parameters: SCHEMA,
      strict: false,
    })),
  };
  return streamed
    ? await openai.responses.stream(request).finalResponse()
    : await openai.responses.create(request);
}

const responsesQuestion: readonly OpenAI.Responses.ResponseInputItem[] = [
  {
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is the weather, and the time?' },
      { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PIXEL}` },
    ],
  },
];

const responsesClient = (openai: OpenAI): OfficialClient => ({
  stops: { end: 'completed', tools: 'completed', length: 'max_output_tokens' },
  ask: async (model, streamed) =>
    fromResponses(await askResponses(openai, model, streamed, responsesQuestion)),
  askAgain: async (model, streamed) => {
    const { output } = await askResponses(openai, model, streamed, responsesQuestion);
    const results = output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: 'a result' }]
        : [],
    );
    return fromResponses(
      await askResponses(openai, model, streamed, [
        ...responsesQuestion,
        // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- an output item is also an input item
        ...(output as OpenAI.Responses.ResponseInputItem[]),
        ...results,
      ]),
    );
  },
});

/** Clients of a gateway, without retries. */
export function officialClients(
  url: string,
  key: string,
): Readonly<Record<FakeDialect, OfficialClient>> {
  const anthropic = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  return {
    'anthropic-messages': anthropicClient(anthropic),
    'openai-chat': chatClient(openai),
    'openai-responses': responsesClient(openai),
  };
}
