import { Secret } from '@postern/kernel';
import {
  EMPTY_ANSWER,
  foldAnswer,
  type FoldedAnswer,
  type ModelRequest,
  type Provider,
  type UpstreamAuth,
} from '@postern/protocol';
import { startFakeUpstream, type FakeUpstream } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnections, type Connections } from '../connect/connections.ts';
import { storedKey } from '../credential.ts';
import { SERVER_SHAPES } from '../testing/server-shapes.ts';
import { upstreamOf } from '../upstream-of.ts';
import { BUILT_IN_PROVIDERS } from './built-in-providers.ts';

const KEY = Secret.of('key-canary-0123456789abcdef');
const SPEAKERS = BUILT_IN_PROVIDERS.filter(
  ({ dialect, inProcess }) => dialect === 'openai-chat' && !inProcess,
);
const QUESTION: ModelRequest = {
  model: 'm',
  stream: true,
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'q' }] }],
};
/** Settings that the servers name differently, or reject. */
const SETTINGS: Partial<ModelRequest> = {
  maxOutputTokens: 9,
  topK: 5,
  seed: 1,
  userId: 'u',
  reasoning: { effort: 'xhigh' },
};

/** One for each way to send a key; each rejects the others. */
const AUTHS = ['bearer', 'x-api-key', 'api-key', 'none'] as const satisfies readonly UpstreamAuth[];
let upstreams: ReadonlyMap<UpstreamAuth, FakeUpstream>;
let connections: Connections;

beforeAll(async () => {
  const started = AUTHS.map(
    async (auth) =>
      [auth, await startFakeUpstream({ headers: { 'openai-chat': { auth } } })] as const,
  );
  upstreams = new Map(await Promise.all(started));
  connections = createConnections({ localHosts: [] });
});

afterAll(async () => {
  await connections.close();
  for (const upstream of upstreams.values()) await upstream.close();
});

function upstreamFor({ auth }: Provider): FakeUpstream {
  const upstream = upstreams.get(auth);
  if (upstream === undefined) throw new Error(`no fake upstream takes a key as ${auth}`);
  return upstream;
}

/** Asks a provider, at the address of the fake upstream. */
async function ask(row: Provider, request: ModelRequest): Promise<FoldedAnswer> {
  const { baseUrls } = upstreamFor(row);
  const provider = { ...row, baseUrl: baseUrls['openai-chat'], local: true };
  const asked = upstreamOf(connections, provider, storedKey(provider, KEY));
  let answer = EMPTY_ANSWER;
  for await (const event of asked.ask(request, new AbortController().signal)) {
    answer = foldAnswer(answer, event);
  }
  return answer;
}

function expected({ id }: Provider): object {
  const shape = SERVER_SHAPES[id];
  const { parts, usage, stopReason } = shape ?? {};
  return { parts, usage, stopReason, failure: undefined };
}

describe('the answers of built-in providers', () => {
  it.each(SPEAKERS)('$label, streamed', async (row) => {
    const shape = SERVER_SHAPES[row.id];
    const frames = shape?.stream.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`) ?? [];
    const body = `: waiting\n\n${frames.join('')}data: [DONE]\n\n`;
    upstreamFor(row).next({ kind: 'raw', status: 200, contentType: 'text/event-stream', body });
    const { parts, usage, stopReason, failure } = await ask(row, QUESTION);
    expect({ parts, usage, stopReason, failure }).toEqual(expected(row));
  });

  it.each(SPEAKERS)('$label, whole', async (row) => {
    const shape = SERVER_SHAPES[row.id];
    const body = JSON.stringify(shape?.whole);
    upstreamFor(row).next({ kind: 'raw', status: 200, contentType: 'application/json', body });
    const answer = await ask(row, { ...QUESTION, stream: false });
    const { parts, usage, stopReason, failure } = answer;
    expect({ parts, usage, stopReason, failure }).toEqual(expected(row));
  });
});

describe('the requests to built-in providers', () => {
  const COMMON = { model: 'm', messages: [{ role: 'user', content: 'q' }], stream: true };
  const COUNTED = { stream_options: { include_usage: true } };
  const OLD = { max_tokens: 9 };
  const NEW = { max_completion_tokens: 9 };
  const high = { reasoning_effort: 'high' };
  const seed = { seed: 1 };
  const user = { user: 'u' };
  const top_k = 5;
  const SENT: Readonly<Record<string, object>> = {
    openai: { ...COUNTED, ...NEW, reasoning_effort: 'xhigh', ...seed, ...user },
    gemini: { ...COUNTED, ...OLD, ...high },
    mistral: { ...OLD, ...high, random_seed: 1 },
    deepseek: { ...COUNTED, ...OLD, thinking: { type: 'enabled' } },
    xai: { ...COUNTED, ...NEW, ...high, ...seed, ...user },
    groq: { ...COUNTED, ...NEW, ...high, ...seed, ...user },
    together: { ...COUNTED, ...OLD, ...high, top_k, ...seed },
    fireworks: { ...COUNTED, ...OLD, ...high, top_k, ...seed, ...user },
    cerebras: { ...COUNTED, ...NEW, ...high, ...seed, ...user },
    openrouter: { ...COUNTED, ...OLD, reasoning: { effort: 'xhigh' }, top_k, ...seed, ...user },
    azure: { ...COUNTED, ...NEW, reasoning_effort: 'xhigh', ...seed, ...user },
    ollama: { ...COUNTED, ...OLD, ...high, ...seed, ...user },
    lmstudio: { ...COUNTED, ...OLD, ...high, top_k, ...seed, ...user },
    llamacpp: { ...COUNTED, ...OLD, ...high, top_k, ...seed, ...user },
    vllm: { ...COUNTED, ...OLD, ...high, top_k, ...seed, ...user },
  };
  it.each(SPEAKERS)('$label', async (row) => {
    const upstream = upstreamFor(row);
    upstream.reset();
    await ask(row, { ...QUESTION, ...SETTINGS });
    const { json } = await upstream.request(0);
    expect(json).toEqual({ ...COMMON, ...SENT[row.id] });
  });
});
