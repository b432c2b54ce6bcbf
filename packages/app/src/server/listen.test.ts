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

test('closes connections until requests can be handled', async () => {
  await using stack = new AsyncDisposableStack();
  const front = expectOk(await listenOn(loopbackListener(0)));
  stack.defer(() => front.close(0));
  const url = `http://127.0.0.1:${String(front.port)}/`;
  await expect(fetch(url)).rejects.toThrow();
  front.handle((_request, response) => response.end('here'));
  expect(await (await fetch(url)).text()).toBe('here');
});
