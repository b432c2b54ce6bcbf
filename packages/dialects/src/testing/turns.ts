import type { Part, ToolResultPart, Turn } from '@postern/protocol';

/** Short ways to write turns in tests. */
export const text = (words: string): Part => ({ kind: 'text', text: words });
export const user = (...parts: Part[]): Turn => ({ role: 'user', parts });
export const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
export const system = (...parts: Part[]): Turn => ({ role: 'system', parts });

/** A call of the tool `look`. */
export const call = (callId: string, inputJson = '{}'): Part => ({
  kind: 'tool-call',
  callId,
  name: 'look',
  inputJson,
});

export const result = (callId: string, words = 'r'): ToolResultPart => ({
  kind: 'tool-result',
  callId,
  content: words === '' ? [] : [{ kind: 'text', text: words }],
  isError: false,
});
