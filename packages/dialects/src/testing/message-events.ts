/** Short ways to write the events of the Messages API in tests. */
export const start = (rest: object = {}): object => ({
  type: 'message_start',
  message: {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 5, output_tokens: 1 } },
    ...rest,
  },
});
export const blockStart = (index: number, content_block: object): object => ({
  type: 'content_block_start',
  index,
  content_block,
});
export const delta = (index: number, type: string, fields: object): object => ({
  type: 'content_block_delta',
  index,
  delta: { type, ...fields },
});
export const blockStop = (index: number): object => ({ type: 'content_block_stop', index });
export const messageDelta = (
  stop_reason: string | null,
  usage: object = { output_tokens: 9 },
): object => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
});
export const stop = { type: 'message_stop' };
export const ended = [messageDelta('end_turn'), stop];

export const textStart = blockStart(0, { type: 'text', text: '' });
export const hello = [
  textStart,
  delta(0, 'text_delta', { text: 'Hel' }),
  delta(0, 'text_delta', { text: 'lo' }),
  blockStop(0),
];
export const TOOL = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
export const input = (index: number, partial_json: string): object =>
  delta(index, 'input_json_delta', { partial_json });
