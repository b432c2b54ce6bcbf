import type { Part } from '@postern/protocol';

/** Short ways to write the chunks of chat completions, and the parts that they make, in tests. */
export const chunk = (delta: object, finish_reason: string | null = null): object => ({
  ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt' },
  choices: [{ index: 0, delta, finish_reason }],
});
export const call = (fields: object): object => chunk({ tool_calls: [fields] });
export const done = '[DONE]';
export const stopped = [chunk({}, 'stop'), done];
export const called = [chunk({}, 'tool_calls'), done];
export const part = (callId: string, inputJson: string, name = 'look'): Part => ({
  kind: 'tool-call',
  callId,
  name,
  inputJson,
});
export const fn = (args?: string, name?: string): object => ({
  function: { name, arguments: args },
});
export const thinking = (text: string, field: string): Part => ({
  kind: 'thinking',
  text,
  extra: { dialect: 'openai-chat', fields: { field } },
});
