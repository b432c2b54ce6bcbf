import { DIALECTS } from '@postern/dialects';
import { describe, expect, it } from 'vitest';
import { StreamTail } from './stream-tail.ts';

const tailOf = (text: string, size: number): StreamTail => {
  const tail = new StreamTail();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) tail.push(bytes.subarray(at, at + size));
  return tail;
};

describe('StreamTail', () => {
  const filler = 'data: {"x":"é"}\n\n'.repeat(100);

  it.each([1, 2, 7, 500, 513, 10_000])('tells the end of a stream in chunks of %i', (size) => {
    const messages = tailOf(
      `${filler}event: message_stop\ndata: {"type":"message_stop"   }\n\n`,
      size,
    );
    expect([messages.isWhole(DIALECTS['anthropic-messages']), messages.endsEvent()]).toEqual([
      true,
      true,
    ]);
    const chat = tailOf(`${filler}data: [DONE]\r\n\r\n`, size);
    expect([chat.isWhole(DIALECTS['openai-chat']), chat.endsEvent()]).toEqual([true, true]);
  });

  it('tells a stream that stopped early', () => {
    const between = tailOf(filler, 100);
    expect([between.isWhole(DIALECTS['openai-chat']), between.endsEvent()]).toEqual([false, true]);
    const within = tailOf(`${filler}data: {"type":"mess`, 100);
    expect([within.isWhole(DIALECTS['anthropic-messages']), within.endsEvent()]).toEqual([
      false,
      false,
    ]);
    const nothing = new StreamTail();
    expect([nothing.isWhole(DIALECTS['openai-chat']), nothing.endsEvent()]).toEqual([false, false]);
  });
});
