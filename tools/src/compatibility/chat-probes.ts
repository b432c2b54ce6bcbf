import type { JsonObject, JsonValue } from '@postern/kernel';
import {
  asked,
  content,
  probesOf,
  user,
  assistant,
  schema,
  PNG_URL,
  WEB,
  marked,
  said,
} from './probe.ts';

const fn = { name: 'look', parameters: schema };
const oTools = { tools: [{ type: 'function', function: fn }] };
const oCall = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
const oSaid = (rest: JsonObject): readonly JsonValue[] => [
  user('q'),
  { ...assistant('a'), ...rest },
  user('next'),
];

export const CHAT = probesOf({ model: 'm', messages: [user('q')] }, [
  [
    'messages[].role: system',
    ...content('messages', [user('q')], [{ role: 'system', content: 's' }, user('q')]),
  ],
  [
    'messages[].role: developer',
    ...content('messages', [user('q')], [{ role: 'developer', content: 's' }, user('q')]),
  ],
  [
    'messages[].role: system, later',
    ...content('messages', [user('q')], [user('q'), { role: 'system', content: 's' }]),
  ],
  ['max_tokens', { max_tokens: 9 }],
  ['max_completion_tokens', { max_completion_tokens: 9 }],
  ['stream', { stream: true }],
  ['stream_options.include_usage', { stream_options: { include_usage: true } }, { stream: true }],
  ['temperature (up to 1)', { temperature: 0.5 }],
  ['temperature (above 1)', { temperature: 1.5 }],
  ['top_p', { top_p: 0.5 }],
  ['top_k', { top_k: 5 }],
  ['stop', { stop: 'a' }],
  ['n: 2', { n: 2 }],
  ['seed', { seed: 1 }],
  ['presence_penalty', { presence_penalty: 1 }],
  ['frequency_penalty', { frequency_penalty: 1 }],
  ['logit_bias', { logit_bias: { 5: 1 } }],
  ['logprobs', { logprobs: true, top_logprobs: 2 }],
  ['response_format: json_object', { response_format: { type: 'json_object' } }],
  [
    'response_format: json_schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } } },
  ],
  ['reasoning_effort', { reasoning_effort: 'high' }],
  ['reasoning_effort: none', { reasoning_effort: 'none' }],
  ['reasoning_effort: minimal', { reasoning_effort: 'minimal' }],
  ['reasoning.effort', { reasoning: { effort: 'high' } }],
  ['reasoning.max_tokens', { reasoning: { max_tokens: 3000 } }],
  ['thinking: disabled', { thinking: { type: 'disabled' } }],
  ['verbosity', { verbosity: 'low' }],
  ['tools', oTools],
  [
    'tools[].function.strict',
    { tools: [{ type: 'function', function: { ...fn, strict: true } }] },
    oTools,
  ],
  [
    'tools: custom',
    { tools: [...oTools.tools, { type: 'custom', custom: { name: 'c' } }] },
    oTools,
  ],
  ['tool_choice: auto', { tool_choice: 'auto' }, oTools],
  ['tool_choice: required', { tool_choice: 'required' }, oTools],
  [
    'tool_choice: function',
    { tool_choice: { type: 'function', function: { name: 'look' } } },
    oTools,
  ],
  ['tool_choice: none', { tool_choice: 'none' }, oTools],
  ['parallel_tool_calls: false', { parallel_tool_calls: false }, oTools],
  ['functions', { functions: [fn] }],
  ['user', { user: 'u' }],
  ['safety_identifier', { safety_identifier: 'u' }],
  ['metadata', { metadata: { a: 'b' } }],
  ['service_tier: default', { service_tier: 'default' }],
  ['service_tier: flex', { service_tier: 'flex' }],
  ['store', { store: true }],
  ['prompt_cache_key', { prompt_cache_key: 'k' }],
  ['prediction', { prediction: { type: 'content', content: 'c' } }],
  ['modalities', { modalities: ['text'] }],
  ['web_search_options', { web_search_options: {} }],
  [
    'content[].cache_control',
    ...content('messages', [user([said])], [user([{ ...said, ...marked }])]),
  ],
  [
    'content: image_url, bytes',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'image_url', image_url: { url: PNG_URL } }),
    ),
  ],
  [
    'content: image_url, address',
    ...content('messages', [user([said])], asked({ type: 'image_url', image_url: { url: WEB } })),
  ],
  [
    'content: image_url, plain HTTP',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'image_url', image_url: { url: 'http://example.org/a' } }),
    ),
  ],
  [
    'content: image_url.detail',
    ...content(
      'messages',
      asked({ type: 'image_url', image_url: { url: WEB } }),
      asked({ type: 'image_url', image_url: { url: WEB, detail: 'high' } }),
    ),
  ],
  [
    'content: file, PDF',
    ...content(
      'messages',
      [user([said])],
      asked({
        type: 'file',
        file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      }),
    ),
  ],
  [
    'content: input_audio',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }),
    ),
  ],
  [
    'message.tool_calls',
    ...content(
      'messages',
      [user('q')],
      [
        user('q'),
        { role: 'assistant', content: null, tool_calls: [oCall] },
        { role: 'tool', tool_call_id: 'call_1', content: 'r' },
      ],
    ),
  ],
  ['message.refusal', ...content('messages', oSaid({}), oSaid({ refusal: 'no' }))],
  [
    'message.reasoning_content',
    ...content('messages', oSaid({}), oSaid({ reasoning_content: 't' })),
  ],
]);
