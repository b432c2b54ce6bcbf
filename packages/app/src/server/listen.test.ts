import { once } from 'node:events';
import { IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { expectOk } from '@postern/kernel';
import { expect, test } from 'vitest';
import { listenOn } from './listen.ts';
import { loopbackListener } from './listener.ts';

test("picks a free port for port 0, which a second server can't use", async () => {
  await using stack = new AsyncDisposableStack();
  const first = expectOk(await listenOn(loopbackListener(0)));
  stack.defer(() => first.close(0));
  const second = expectOk(await listenOn(loopbackListener(0)));
  stack.defer(() => second.close(0));
  expect(first.port).toBeGreaterThan(0);
  expect(second.port).not.toBe(first.port);
  expect(await listenOn(loopbackListener(first.port))).toMatchObject({
    ok: false,
    failure: { reason: 'port-taken' },
  });
});

test('keeps requests until they can be handled', async () => {
  await using stack = new AsyncDisposableStack();
  const front = expectOk(await listenOn(loopbackListener(0)));
  stack.defer(() => front.close(0));
  const url = `http://127.0.0.1:${String(front.port)}/`;
  const early = httpRequest(url, { method: 'POST', headers: { expect: '100-continue' } });
  early.flushHeaders();
  // So it has arrived.
  await once(early, 'continue');
  front.handle((request, response) => request.pipe(response));
  early.end('sent early');
  const response: unknown = (await once(early, 'response'))[0];
  if (!(response instanceof IncomingMessage)) throw new TypeError('no response');
  expect(await text(response)).toBe('sent early');
  expect(await (await fetch(url, { method: 'POST', body: 'late' })).text()).toBe('late');
});
