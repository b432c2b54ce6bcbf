import Anthropic from '@anthropic-ai/sdk';
import { expectOk, isJsonObject, parseJson, type JsonObject } from '@postern/kernel';
import type { FakeDialect } from '@postern/testing';
import OpenAI from 'openai';
import { COUNTS, type Counts } from './token-counts.ts';

/** A text of an answer, or anything that isn't one. Dialects differ in how they join texts. */
export interface Piece {
  readonly kind: 'text' | 'refusal' | 'other';
  readonly text: string;
}

/** An answer as the official client of its dialect returned it. */
export interface ClientAnswer {
  readonly pieces: readonly Piece[];
  readonly calls: readonly (readonly [name: string, input: unknown])[];
  /** In the words of the dialect; for Responses the status, or why the response is incomplete. */
  readonly stop: string;
  readonly usage: Counts;
}

/** Asks a question for an answer that is streamed, or whole. */
export type Ask = (model: string, form: 'stream' | 'whole') => Promise<ClientAnswer>;

export interface ClientOptions {
  /** Without a path. */
  readonly url: string;
  readonly key: string;
  /** Default: the network. */
  readonly fetch?: typeof fetch;
}

/** The official client of every dialect, without retries. */
export function askByDialect({
  url,
  key,
  fetch,
}: ClientOptions): Readonly<Record<FakeDialect, Ask>> {
  const options = { apiKey: key, maxRetries: 0, ...(fetch !== undefined && { fetch }) };
  const anthropic = new Anthropic({ ...options, baseURL: url });
  const openai = new OpenAI({ ...options, baseURL: `${url}/v1` });
  return {
    'anthropic-messages': (model, form) => askMessages(anthropic, model, form),
    'openai-chat': (model, form) => askChat(openai, model, form),
    'openai-responses': (model, form) => askResponses(openai, model, form),
  };
}

const MESSAGES = [{ role: 'user' as const, content: 'question' }];

const askMessages = async (
  client: Anthropic,
  model: string,
  form: string,
): Promise<ClientAnswer> => {
  const request = { model, max_tokens: 64, messages: MESSAGES };
  const message =
    form === 'stream'
      ? await client.messages.stream(request).finalMessage()
      : await client.messages.create(request);
  const { content, usage } = message;
  return {
    pieces: content.map((block) => (block.type === 'text' ? text(block.text) : OTHER)),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [[block.name, block.input] as const] : [],
    ),
    stop: message.stop_reason ?? '',
    usage: COUNTS['anthropic-messages'](jsonOf(usage)),
  };
};

const askChat = async (client: OpenAI, model: string, form: string): Promise<ClientAnswer> => {
  const request = { model, messages: MESSAGES };
  const completion =
    form === 'stream'
      ? await client.chat.completions
          .stream({ ...request, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await client.chat.completions.create(request);
  const [choice] = completion.choices;
  const { content, refusal, tool_calls: calls } = choice?.message ?? {};
  return {
    pieces: [text(content ?? ''), { kind: 'refusal', text: refusal ?? '' }],
    calls: (calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [[call.function.name, inputOf(call.function.arguments)] as const]
        : [],
    ),
    stop: choice?.finish_reason ?? '',
    usage: COUNTS['openai-chat'](jsonOf(completion.usage)),
  };
};

const askResponses = async (client: OpenAI, model: string, form: string): Promise<ClientAnswer> => {
  const request = { model, store: false, input: 'question' };
  const response =
    form === 'stream'
      ? await client.responses.stream(request).finalResponse()
      : await client.responses.create(request);
  return {
    pieces: response.output.flatMap((item) =>
      item.type === 'message'
        ? item.content.map((part) =>
            part.type === 'output_text'
              ? text(part.text)
              : { kind: 'refusal' as const, text: part.refusal },
          )
        : [OTHER],
    ),
    calls: response.output.flatMap((item) => {
      if (item.type === 'custom_tool_call')
        return [[fullName(item), { input: item.input }] as const];
      return item.type === 'function_call'
        ? [[fullName(item), inputOf(item.arguments)] as const]
        : [];
    }),
    stop: response.incomplete_details?.reason ?? response.status ?? '',
    usage: COUNTS['openai-responses'](jsonOf(response.usage)),
  };
};

/** The name of a tool of a namespace, as Postern writes it. */
function fullName({ namespace, name }: { namespace?: string; name: string }): string {
  return namespace === undefined ? name : `${namespace}::${name}`;
}

const OTHER: Piece = { kind: 'other', text: '' };
const text = (words: string): Piece => ({ kind: 'text', text: words });

function jsonOf(usage: unknown): JsonObject {
  const json = expectOk(parseJson(JSON.stringify(usage ?? {})));
  return isJsonObject(json) ? json : {};
}

/** Arguments that a length limit cut off aren't JSON. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json);
  } catch {
    return json;
  }
}
