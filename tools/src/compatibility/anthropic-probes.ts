import type { JsonObject, JsonValue } from '@postern/kernel';
import {
  asked,
  content,
  probesOf,
  user,
  assistant,
  schema,
  png,
  pdf,
  WEB,
  marked,
  said,
} from './probe.ts';

const aTool = { name: 'look', input_schema: schema };
const aTools = { tools: [aTool] };
const used = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
const aResult = (rest: JsonObject): JsonObject => ({
  type: 'tool_result',
  tool_use_id: 'toolu_1',
  ...rest,
});
const afterQuestion = (...blocks: readonly JsonValue[]): readonly JsonValue[] => [
  user('q'),
  assistant([...blocks, said]),
  user('next'),
];
const afterCall = (result: JsonObject): readonly JsonValue[] => [
  user('q'),
  assistant([used]),
  user([result]),
];

export const ANTHROPIC = probesOf({ model: 'm', max_tokens: 1000, messages: [user('q')] }, [
  ['system', { system: 's' }],
  [
    'messages[].role: system',
    ...content('messages', [user('q')], [user('q'), { role: 'system', content: 's' }]),
  ],
  ['max_tokens', { max_tokens: 2000 }],
  ['stream', { stream: true }],
  ['temperature', { temperature: 0.5 }],
  ['top_p', { top_p: 0.5 }],
  ['top_k', { top_k: 5 }],
  ['stop_sequences (up to 4)', { stop_sequences: ['a'] }],
  ['stop_sequences (more)', { stop_sequences: ['a', 'b', 'c', 'd', 'e'] }],
  ['tools', aTools],
  ['tools[].strict', { tools: [{ ...aTool, strict: true }] }, aTools],
  ['tools[].cache_control', { tools: [{ ...aTool, ...marked }] }, aTools],
  ['tools[].defer_loading', { tools: [{ ...aTool, defer_loading: true }] }, aTools],
  [
    'tools (of the server)',
    { tools: [aTool, { type: 'web_search_20250305', name: 'web_search' }] },
    aTools,
  ],
  ['tool_choice: auto', { tool_choice: { type: 'auto' } }, aTools],
  ['tool_choice: any', { tool_choice: { type: 'any' } }, aTools],
  ['tool_choice: tool', { tool_choice: { type: 'tool', name: 'look' } }, aTools],
  ['tool_choice: none', { tool_choice: { type: 'none' } }, aTools],
  [
    'tool_choice.disable_parallel_tool_use',
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    { ...aTools, tool_choice: { type: 'auto' } },
  ],
  ['thinking: adaptive', { thinking: { type: 'adaptive' } }],
  ['thinking: disabled', { thinking: { type: 'disabled' } }],
  ['thinking.budget_tokens', { thinking: { type: 'enabled', budget_tokens: 3000 } }],
  ['output_config.effort', { output_config: { effort: 'high' } }],
  ['output_config.format', { output_config: { format: { type: 'json_schema', schema } } }],
  ['metadata.user_id', { metadata: { user_id: 'u' } }],
  ['service_tier', { service_tier: 'standard_only' }],
  ['thread', { thread: { type: 'create' } }],
  ['context_management', { context_management: { edits: [] } }],
  ['container', { container: 'c' }],
  ['mcp_servers', { mcp_servers: [] }],
  ['cache_control', marked],
  [
    'content[].cache_control',
    ...content('messages', [user([said])], [user([{ ...said, ...marked }])]),
  ],
  [
    'content: image, bytes',
    ...content('messages', [user([said])], asked({ type: 'image', source: png })),
  ],
  [
    'content: image, address',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'image', source: { type: 'url', url: WEB } }),
    ),
  ],
  [
    'content: image, stored file',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'image', source: { type: 'file', file_id: 'file_1' } }),
    ),
  ],
  [
    'content: document, PDF',
    ...content('messages', [user([said])], asked({ type: 'document', source: pdf })),
  ],
  [
    'content: document, text',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 't' } }),
    ),
  ],
  [
    'content: document, address',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'document', source: { type: 'url', url: WEB } }),
    ),
  ],
  [
    'content: search_result',
    ...content(
      'messages',
      [user([said])],
      asked({ type: 'search_result', source: WEB, title: 't', content: [said] }),
    ),
  ],
  ['content: tool_use', ...content('messages', [user('q')], afterCall(aResult({ content: 'r' })))],
  [
    'content: tool_result.is_error',
    ...content(
      'messages',
      afterCall(aResult({ content: 'r' })),
      afterCall(aResult({ content: 'r', is_error: true })),
    ),
  ],
  [
    'content: tool_result, image',
    ...content(
      'messages',
      afterCall(aResult({ content: [said] })),
      afterCall(aResult({ content: [said, { type: 'image', source: png }] })),
    ),
  ],
  [
    'content: thinking',
    ...content(
      'messages',
      afterQuestion(),
      afterQuestion({ type: 'thinking', thinking: 't', signature: 's' }),
    ),
  ],
  [
    'content: redacted_thinking',
    ...content(
      'messages',
      afterQuestion(),
      afterQuestion({ type: 'redacted_thinking', data: 'd' }),
    ),
  ],
  [
    'content: server_tool_use',
    ...content(
      'messages',
      afterQuestion(),
      afterQuestion({ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
    ),
  ],
]);
