import type { JsonObject, JsonValue } from '@postern/kernel';
import { content, probesOf, user, schema, PNG_URL, WEB } from './probe.ts';

const rTools = { tools: [{ type: 'function', name: 'look', parameters: schema }] };
const rUser = (part: JsonObject): readonly JsonValue[] => [
  user([part, { type: 'input_text', text: 'a' }]),
];
const rPlain = [user([{ type: 'input_text', text: 'a' }])];
const rAfter = (...items: readonly JsonValue[]): readonly JsonValue[] => [
  user('q'),
  ...items,
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
  user('next'),
];

export const RESPONSES = probesOf({ model: 'm', input: [user('q')] }, [
  ['instructions', { instructions: 's' }],
  [
    'input: developer message',
    ...content('input', [user('q')], [{ role: 'developer', content: 's' }, user('q')]),
  ],
  ['max_output_tokens', { max_output_tokens: 99 }],
  ['stream', { stream: true }],
  ['temperature', { temperature: 0.5 }],
  ['top_p', { top_p: 0.5 }],
  ['top_logprobs', { top_logprobs: 2 }],
  ['text.format: json_object', { text: { format: { type: 'json_object' } } }],
  [
    'text.format: json_schema',
    { text: { format: { type: 'json_schema', name: 'n', schema, strict: true } } },
  ],
  ['text.verbosity', { text: { verbosity: 'low' } }],
  ['reasoning.effort', { reasoning: { effort: 'high' } }],
  [
    'reasoning.summary',
    { reasoning: { effort: 'high', summary: 'auto' } },
    { reasoning: { effort: 'high' } },
  ],
  ['tools: function', rTools],
  [
    'tools: namespace',
    { tools: [{ type: 'namespace', name: 'n', description: 'd', tools: rTools.tools }] },
  ],
  ['tools: web_search', { tools: [...rTools.tools, { type: 'web_search' }] }, rTools],
  ['tools: custom', { tools: [...rTools.tools, { type: 'custom', name: 'c' }] }, rTools],
  ['tool_choice: required', { tool_choice: 'required' }, rTools],
  ['tool_choice: function', { tool_choice: { type: 'function', name: 'look' } }, rTools],
  ['parallel_tool_calls: false', { parallel_tool_calls: false }, rTools],
  ['user', { user: 'u' }],
  ['metadata', { metadata: { a: 'b' } }],
  ['service_tier: default', { service_tier: 'default' }],
  ['service_tier: flex', { service_tier: 'flex' }],
  ['store: false', { store: false }],
  ['store: true', { store: true }],
  ['include: reasoning.encrypted_content', { include: ['reasoning.encrypted_content'] }],
  ['truncation', { truncation: 'auto' }],
  ['prompt_cache_key', { prompt_cache_key: 'k' }],
  ['previous_response_id', { previous_response_id: 'resp_1' }],
  ['conversation', { conversation: 'conv_1' }],
  ['prompt', { prompt: { id: 'p' } }],
  ['background: true', { background: true }],
  [
    'input: additional_tools',
    ...content(
      'input',
      [user('q')],
      [user('q'), { type: 'additional_tools', role: 'developer', tools: rTools.tools }],
    ),
  ],
  [
    'input: input_image, bytes',
    ...content('input', rPlain, rUser({ type: 'input_image', image_url: PNG_URL })),
  ],
  [
    'input: input_image, address',
    ...content('input', rPlain, rUser({ type: 'input_image', image_url: WEB })),
  ],
  [
    'input: input_file, PDF',
    ...content(
      'input',
      rPlain,
      rUser({
        type: 'input_file',
        filename: 'a.pdf',
        file_data: 'data:application/pdf;base64,AAAA',
      }),
    ),
  ],
  [
    'input: input_file, stored',
    ...content('input', rPlain, rUser({ type: 'input_file', file_id: 'file-1' })),
  ],
  [
    'input: function_call',
    ...content(
      'input',
      [user('q')],
      [
        user('q'),
        { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'r' },
      ],
    ),
  ],
  [
    'input: reasoning',
    ...content(
      'input',
      rAfter(),
      rAfter({
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 't' }],
        encrypted_content: 'e',
      }),
    ),
  ],
  [
    'input: custom_tool_call',
    ...content(
      'input',
      rAfter(),
      rAfter(
        { type: 'custom_tool_call', call_id: 'c', name: 'n', input: 'i' },
        { type: 'custom_tool_call_output', call_id: 'c', output: 'o' },
      ),
    ),
  ],
  [
    'input: web_search_call',
    ...content(
      'input',
      rAfter(),
      rAfter({ type: 'web_search_call', id: 'ws_1', status: 'completed' }),
    ),
  ],
  [
    'input: mcp_approval_response',
    ...content(
      'input',
      [user('q')],
      [user('q'), { type: 'mcp_approval_response', approval_request_id: 'a', approve: true }],
    ),
  ],
]);
