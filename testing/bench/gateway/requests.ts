import type { DialectId } from '@postern/protocol';
import type { LoadOrder } from './load.ts';

const QUESTION = 'Say something about posterns. '.repeat(10);

/** What a request in one dialect consists of, and what the end of its response contains. */
export function requestIn(
  dialect: DialectId,
  streamed: boolean,
  model = 'bench',
): Pick<LoadOrder, 'path' | 'body' | 'lastPartHolds'> {
  const { path, fields, streamEnd, wholeEnd } = FORMS[dialect];
  const body = { model, ...(streamed ? { stream: true } : {}), ...fields };
  return { path, body: JSON.stringify(body), lastPartHolds: streamed ? streamEnd : wholeEnd };
}

const messages = [{ role: 'user', content: QUESTION }];

const FORMS = {
  'openai-chat': {
    path: '/v1/chat/completions',
    fields: { messages },
    streamEnd: '[DONE]',
    wholeEnd: '"usage"',
  },
  'anthropic-messages': {
    path: '/v1/messages',
    fields: { max_tokens: 500, messages },
    streamEnd: 'message_stop',
    wholeEnd: '"usage"',
  },
  'openai-responses': {
    path: '/v1/responses',
    fields: { input: QUESTION },
    streamEnd: '"output_tokens"',
    wholeEnd: '"output_tokens"',
  },
} as const satisfies Record<DialectId, object>;

/** A chat request with an image of this many bytes, as screenshots and photographs are sent. */
export function requestWithImage(
  bytes: number,
): Pick<LoadOrder, 'path' | 'body' | 'lastPartHolds'> {
  const url = `data:image/png;base64,${Buffer.alloc(bytes, 'postern').toString('base64')}`;
  const content = [
    { type: 'text', text: QUESTION },
    { type: 'image_url', image_url: { url } },
  ];
  const request = requestIn('openai-chat', false);
  const body = JSON.stringify({ model: 'bench', messages: [{ role: 'user', content }] });
  return { ...request, body };
}
