import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { FAST_STREAM_EVENTS, startFastUpstream, type FastUpstream } from './fast-upstream.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];
let upstream: FastUpstream | undefined;

afterEach(async () => {
  await upstream?.close();
});

describe('the fast upstream', () => {
  it.each([
    { eventsPerWrite: 1, deltaDelayMs: 0 },
    { eventsPerWrite: 10, deltaDelayMs: 1 },
  ])('gives the official clients the same answer whole and streamed: %o', async (options) => {
    upstream = await startFastUpstream(options);
    const common = { apiKey: 'k', maxRetries: 0 };
    const anthropic = new Anthropic({
      ...common,
      baseURL: upstream.baseUrls['anthropic-messages'],
    });
    const openai = new OpenAI({ ...common, baseURL: upstream.baseUrls['openai-chat'] });
    const ask = { model: 'm', max_tokens: 9, messages };
    const whole = await anthropic.messages.create(ask);
    const streamed = await anthropic.messages.stream(ask).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    const wholeChat = await openai.chat.completions.create({ model: 'm', messages });
    const chat = openai.chat.completions.stream({ model: 'm', messages });
    const streamedChat = await chat.finalChatCompletion();
    expect(streamedChat.choices[0]?.message.content).toBe(wholeChat.choices[0]?.message.content);
    const input = { model: 'm', input: 'hi' };
    const wholeResponse = await openai.responses.create(input);
    const streamedResponse = await openai.responses.stream(input).finalResponse();
    expect(streamedResponse.output_text).toBe(wholeResponse.output_text);
    expect(upstream.served).toBe(6);
  });

  it('takes large bodies in pieces, and several requests at once', async () => {
    upstream = await startFastUpstream();
    const body = JSON.stringify({ model: 'm', input: 'x'.repeat(1_000_000) });
    const ask = `POST /v1/responses HTTP/1.1\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1');
    socket.write(ask.repeat(3));
    await expect.poll(() => upstream?.served).toBe(3);
    socket.destroy();
  });

  const paths = ['/v1/messages', '/v1/chat/completions', '/v1/responses'];
  it.each(paths)('streams 69 events on %s', async (path) => {
    upstream = await startFastUpstream();
    const response = await fetch(upstream.url + path, { method: 'POST', body: '{"stream":true}' });
    const text = await response.text();
    expect(text.match(/^data:/gm)).toHaveLength(FAST_STREAM_EVENTS);
  });
});

describe('the process', () => {
  it.each([[[]], [['--fast']]])('prints its address and stops on request: %j', async (args) => {
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, ...args]);
    const line = await new Promise((resolve) => child.stdout.once('data', resolve));
    const response = await fetch(new URL('/v1/models', String(line).trim()));
    expect([200, 401]).toContain(response.status);
    await response.text();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
