import { freshHome, runPostern, startFakeUpstream, textReply, upPostern } from '@postern/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const ENDS = {
  '/v1/messages': /event: error\ndata: .*"authentication_error"/,
  '/v1/chat/completions': /data: \{"error":.*GATEWAY_KEY_REQUIRED/,
};

it("postern key revoke ends the key's streams in another process", async () => {
  using home = freshHome();
  const upstream = await startFakeUpstream();
  onTestFinished(async () => {
    await upstream.close();
  });
  const directory = join(home.path, '.config', 'postern');
  mkdirSync(directory, { recursive: true });
  const providers = {
    chat: { dialect: 'openai-chat', baseUrl: upstream.baseUrls['openai-chat'] },
    box: { dialect: 'anthropic-messages', baseUrl: upstream.url },
  };
  const gateway = { maxQueued: 1, queueTimeout: '1s' };
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ providers, gateway }));
  const options = { environment: home.environment, passphrase: 'three blind mice run' };
  for (const name of Object.keys(providers)) {
    const set = await runPostern(['secret', 'set', name], {
      ...options,
      input: 'sk-upstream-0123',
    });
    expect(set).toMatchObject({ code: 0 });
  }
  const key = (
    await runPostern(['key', 'create', 'laptop', '--all-models'], options)
  ).stdout.trim();
  await using postern = await upPostern(options);
  const streams = Object.keys(ENDS).map(async (path) => {
    upstream.next(textReply('a b c', { fault: { kind: 'stall', afterFrames: 3 } }));
    const model = path === '/v1/messages' ? 'box/m' : 'chat/m';
    const messages = [{ role: 'user', content: 'hi' }];
    const response = await fetch(`${postern.address}${path}?key=${key}`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: JSON.stringify({ model, max_tokens: 5, stream: true, messages }),
    });
    expect(response.status).toBe(200);
    return await response.text();
  });
  const requests = [await upstream.request(0), await upstream.request(1)];
  expect(await runPostern(['key', 'revoke', 'laptop'], options)).toMatchObject({ code: 0 });
  const texts = await Promise.all(streams);
  for (const [index, end] of Object.values(ENDS).entries()) expect(texts[index]).toMatch(end);
  for (const request of requests) {
    expect(await request.closed).toBe('left');
    expect(request.path).not.toContain('key');
  }
});
