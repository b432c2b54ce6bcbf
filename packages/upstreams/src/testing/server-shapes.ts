import type { Part, StopReason, Usage } from '@postern/protocol';

/**
 * What one provider answers to a question with a tool, in the shape in which its own server writes it: as a
 * stream and whole. The texts are ours; the shapes follow the providers' documentation.
 */
export interface ServerShape {
  readonly stream: readonly object[];
  readonly whole: object;
  readonly parts: readonly Part[];
  readonly usage: Usage;
  readonly stopReason: StopReason;
}

const HEAD = { created: 1, model: 'm' };

function chunk(delta: object, finish_reason: string | null = null, rest: object = {}): object {
  const choices = [{ index: 0, delta, finish_reason }];
  return { id: 'c', object: 'chat.completion.chunk', ...HEAD, choices, ...rest };
}

function completion(message: object, finish_reason: string, rest: object): object {
  const choices = [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }];
  return { id: 'c', object: 'chat.completion', ...HEAD, choices, ...rest };
}

const thinking = (field: string): Part => ({
  kind: 'thinking',
  text: 'Let me see.',
  extra: { dialect: 'openai-chat', fields: { field } },
});
const answered: Part = { kind: 'text', text: 'It is 4.' };
const call = (callId: string, fields?: { extra_content: object }): Part => ({
  kind: 'tool-call',
  callId,
  name: 'look',
  inputJson: '{"at":"x"}',
  ...(fields !== undefined && {
    extra: {
      dialect: 'openai-chat',
      fields: { extra_content: { google: { thought_signature: 'sig' } } },
    },
  }),
});
const look = (args = '{"at":"x"}'): object => ({ name: 'look', arguments: args });

const COUNTS = { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 };
const COUNTED: Usage = { inputTokens: 20, outputTokens: 8 };
const usageChunk = (usage: object = COUNTS): object => ({
  ...{ id: 'c', object: 'chat.completion.chunk', ...HEAD, choices: [] },
  usage,
});

/** Reasoning in a field of its own and then text, as most servers of open models write it. */
function reasoned(field: string, usage: object, counted: Usage): ServerShape {
  return {
    stream: [
      chunk({ role: 'assistant', content: '' }),
      chunk({ [field]: 'Let me ' }),
      chunk({ [field]: 'see.' }),
      chunk({ content: 'It is 4.' }),
      chunk({}, 'stop'),
      usageChunk(usage),
    ],
    whole: completion({ content: 'It is 4.', [field]: 'Let me see.' }, 'stop', { usage }),
    parts: [thinking(field), answered],
    usage: counted,
    stopReason: 'end',
  };
}

const GEMINI_CALL = {
  extra_content: { google: { thought_signature: 'sig' } },
  function: look(),
  id: 'function-call-1',
  type: 'function',
};
const CACHED = { prompt_tokens_details: { cached_tokens: 5 } };
const REASONED = { completion_tokens_details: { reasoning_tokens: 3 } };
const DEEPSEEK_USAGE = {
  ...COUNTS,
  ...CACHED,
  ...REASONED,
  prompt_cache_hit_tokens: 5,
  prompt_cache_miss_tokens: 15,
};
const MISTRAL_THOUGHT = { type: 'thinking', thinking: [{ type: 'text', text: 'Let me see.' }] };
const FILTERED = { hate: { filtered: false, severity: 'safe' } };

export const SERVER_SHAPES: Readonly<Record<string, ServerShape>> = {
  openai: {
    stream: [
      chunk({ role: 'assistant', content: '', refusal: null }, null, { obfuscation: 'x' }),
      chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: look('') }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '"x"}' } }] }),
      chunk({}, 'tool_calls'),
      usageChunk({ ...COUNTS, ...CACHED, ...REASONED }),
    ],
    whole: completion(
      {
        content: null,
        refusal: null,
        annotations: [],
        tool_calls: [{ id: 'call_1', type: 'function', function: look() }],
      },
      'tool_calls',
      { usage: { ...COUNTS, ...CACHED, ...REASONED }, service_tier: 'default' },
    ),
    parts: [call('call_1')],
    usage: { inputTokens: 15, cacheReadTokens: 5, outputTokens: 8, reasoningTokens: 3 },
    stopReason: 'tool-calls',
  },
  // Whole calls in one chunk, without a reason of their own to stop, with a signature to send back.
  gemini: {
    stream: [
      chunk({ role: 'assistant', tool_calls: [{ index: 0, ...GEMINI_CALL }] }, 'stop', {
        usage: COUNTS,
      }),
    ],
    whole: completion({ tool_calls: [GEMINI_CALL] }, 'tool_calls', { usage: COUNTS }),
    parts: [call('function-call-1', GEMINI_CALL)],
    usage: COUNTED,
    stopReason: 'tool-calls',
  },
  // Content as lists, and usage beside the finish reason.
  mistral: {
    stream: [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: [MISTRAL_THOUGHT] }),
      chunk({ content: 'It is 4.' }),
      chunk({ tool_calls: [{ id: 'abcDEF123', function: look(), index: 0 }] }, 'tool_calls', {
        usage: COUNTS,
      }),
    ],
    whole: completion(
      {
        content: [MISTRAL_THOUGHT, { type: 'text', text: 'It is 4.' }],
        tool_calls: [{ id: 'abcDEF123', function: look(), index: 0 }],
      },
      'tool_calls',
      { usage: COUNTS },
    ),
    parts: [thinking('content'), answered, call('abcDEF123')],
    usage: COUNTED,
    stopReason: 'tool-calls',
  },
  deepseek: reasoned('reasoning_content', DEEPSEEK_USAGE, {
    inputTokens: 15,
    cacheReadTokens: 5,
    outputTokens: 8,
    reasoningTokens: 3,
  }),
  // Reasoning isn't part of the completion's count.
  xai: reasoned(
    'reasoning_content',
    { ...COUNTS, ...CACHED, ...REASONED, total_tokens: 31, num_sources_used: 0 },
    { inputTokens: 15, cacheReadTokens: 5, outputTokens: 11, reasoningTokens: 3 },
  ),
  // Usage in a place of its own.
  groq: {
    ...reasoned('reasoning', COUNTS, COUNTED),
    stream: [
      chunk({ role: 'assistant', content: '' }, null, { x_groq: { id: 'req' } }),
      chunk({ reasoning: 'Let me see.', channel: 'analysis' }),
      chunk({ content: 'It is 4.' }),
      chunk({}, 'stop', { x_groq: { id: 'req', usage: COUNTS } }),
    ],
  },
  together: reasoned(
    'reasoning',
    { ...COUNTS, cached_tokens: 5 },
    {
      inputTokens: 15,
      cacheReadTokens: 5,
      outputTokens: 8,
    },
  ),
  fireworks: reasoned(
    'reasoning_content',
    { ...COUNTS, ...CACHED },
    { inputTokens: 15, cacheReadTokens: 5, outputTokens: 8 },
  ),
  cerebras: reasoned(
    'reasoning',
    { ...COUNTS, ...CACHED },
    { inputTokens: 15, cacheReadTokens: 5, outputTokens: 8 },
  ),
  // Comments while it waits, text and reasoning in every chunk, and the price beside the counts.
  openrouter: {
    stream: [
      chunk({ role: 'assistant', content: '', reasoning: 'Let me see.' }, null, { provider: 'P' }),
      chunk({ role: 'assistant', content: 'It is 4.', reasoning: null }),
      chunk({ role: 'assistant', content: '' }, 'stop', {
        usage: { ...COUNTS, ...CACHED, cost: 0.001 },
      }),
    ],
    whole: completion({ content: 'It is 4.', reasoning: 'Let me see.', refusal: null }, 'stop', {
      usage: { ...COUNTS, ...CACHED, cost: 0.001 },
      provider: 'P',
    }),
    parts: [thinking('reasoning'), answered],
    usage: { inputTokens: 15, cacheReadTokens: 5, outputTokens: 8 },
    stopReason: 'end',
  },
  // The first chunk has only the verdict of a filter.
  azure: {
    stream: [
      {
        ...{ id: '', object: '', created: 0, model: '', choices: [] },
        prompt_filter_results: [{ prompt_index: 0, content_filter_results: FILTERED }],
      },
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'It is 4.' }),
      chunk({}, 'stop'),
      usageChunk(),
    ],
    whole: completion({ content: 'It is 4.', refusal: null }, 'stop', {
      usage: COUNTS,
      prompt_filter_results: [{ prompt_index: 0, content_filter_results: FILTERED }],
    }),
    parts: [answered],
    usage: COUNTED,
    stopReason: 'end',
  },
  ollama: {
    ...reasoned('reasoning', COUNTS, COUNTED),
    stream: [
      chunk({ role: 'assistant', content: '', reasoning: 'Let me see.' }),
      chunk({ role: 'assistant', content: 'It is 4.' }),
      chunk({ role: 'assistant', content: '' }, 'stop'),
      usageChunk(),
    ],
  },
  // A call in one piece, and `stop` as the reason.
  lmstudio: {
    stream: [
      chunk({ role: 'assistant' }),
      chunk({ tool_calls: [{ index: 0, id: '365174485', type: 'function', function: look('') }] }),
      chunk({
        tool_calls: [{ index: 0, type: 'function', function: { arguments: '{"at":"x"}' } }],
      }),
      chunk({}, 'stop', { stats: {} }),
      usageChunk(),
    ],
    whole: completion(
      {
        content: '',
        tool_calls: [{ id: '365174485', type: 'function', function: look() }],
      },
      'tool_calls',
      { usage: COUNTS, stats: {} },
    ),
    parts: [call('365174485')],
    usage: COUNTED,
    stopReason: 'tool-calls',
  },
  llamacpp: {
    ...reasoned('reasoning_content', COUNTS, COUNTED),
    stream: [
      chunk({ role: 'assistant', content: null }),
      chunk({ reasoning_content: 'Let me see.' }),
      chunk({ content: 'It is 4.' }),
      chunk({}, 'stop'),
      { ...usageChunk(), timings: { prompt_n: 20, predicted_n: 8 } },
    ],
  },
  // Ids of its own form, and null fields everywhere.
  vllm: {
    stream: [
      chunk({ role: 'assistant', content: '' }, null, { prompt_token_ids: null }),
      chunk({
        tool_calls: [
          { id: 'chatcmpl-tool-1', type: 'function', index: 0, function: { name: 'look' } },
        ],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"at":"x"}' } }] }),
      chunk({}, 'tool_calls', { usage: null }),
      usageChunk(),
    ],
    whole: completion(
      {
        content: null,
        refusal: null,
        reasoning: null,
        function_call: null,
        tool_calls: [{ id: 'chatcmpl-tool-1', type: 'function', function: look() }],
      },
      'tool_calls',
      { usage: { ...COUNTS, prompt_tokens_details: null }, kv_transfer_params: null },
    ),
    parts: [call('chatcmpl-tool-1')],
    usage: COUNTED,
    stopReason: 'tool-calls',
  },
};
