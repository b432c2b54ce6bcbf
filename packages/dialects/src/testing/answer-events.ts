import type { AnswerEvent, Part, PartDelta } from '@postern/protocol';

/** Short ways to write the events of an answer in tests. */
export const start: AnswerEvent = { kind: 'start', id: 'x-1', model: 'm' };
export const usage: AnswerEvent = { kind: 'usage', usage: { inputTokens: 7, outputTokens: 2 } };
export const finish: AnswerEvent = { kind: 'finish', stopReason: 'end' };
export const begin = (index: number, part: Part): AnswerEvent => ({
  kind: 'part-start',
  index,
  part,
});
export const add = (index: number, delta: PartDelta): AnswerEvent => ({
  kind: 'part-delta',
  index,
  delta,
});
export const end = (index: number): AnswerEvent => ({ kind: 'part-end', index });
export const say = (index: number, words: string): AnswerEvent =>
  add(index, { kind: 'text', text: words });
export const input = (index: number, json: string): AnswerEvent =>
  add(index, { kind: 'tool-input', json });
export const call = (index: number): AnswerEvent =>
  begin(index, { kind: 'tool-call', callId: `c:${index}`, name: 'look', inputJson: '' });
export const words: Part = { kind: 'text', text: '' };
