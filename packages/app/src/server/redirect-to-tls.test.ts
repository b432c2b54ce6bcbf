import { connect } from 'node:net';
import { once } from 'node:events';
import { expectOk } from '@postern/kernel';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createHostGuard } from './host-guard.ts';
import { listenOn } from './listen.ts';
import { LOOPBACK_ADDRESSES } from './listener.ts';
import { redirectToTls } from './redirect-to-tls.ts';

let port: number;

beforeEach(async () => {
  const options = { addresses: LOOPBACK_ADDRESSES, port: 0, tls: undefined };
  const listening = expectOk(await listenOn(options));
  port = listening.port;
  const guard = createHostGuard({
    ...{ scheme: 'https' as const, hosts: ['localhost:8443'], publicHosts: ['gateway.example'] },
    ...{ pageHost: 'localhost:8443', origins: [] },
  });
  listening.handle(redirectToTls(guard, 8443));
  return () => listening.close(0);
});

async function answerTo(text: string, to = port): Promise<string> {
  const socket = connect(to, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => (answer += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

const get = (path: string, host: string, more = '') =>
  answerTo(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);

describe('the port without TLS', () => {
  it.each([
    ['/', 'gateway.example', 'https://gateway.example:8443/'],
    ['/v1/models?limit=1', 'gateway.example:80', 'https://gateway.example:8443/v1/models?limit=1'],
    ['//evil.example/', 'gateway.example', 'https://gateway.example:8443//evil.example/'],
    ['/', 'localhost:8080', 'https://localhost:8443/'],
  ])('sends a browser from %s of %s to %s', async (path, host, location) => {
    const answer = await get(path, host);
    expect(answer).toMatch(/^HTTP\/1\.1 308 /);
    expect(answer.toLowerCase()).toContain(`\r\nlocation: ${location.toLowerCase()}\r\n`);
    expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n');
  });

  it.each([
    ['/', 'evil.example'],
    ['/', 'gateway.example.evil.example'],
    ['/', 'gateway.example@evil.example'],
    ['/', ''],
    ['http://evil.example/', 'gateway.example'],
    ['evil', 'gateway.example'],
  ])('redirects no request for %s of %j', async (path, host) => {
    const answer = await get(path, host);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toContain('evil');
  });

  it.each([
    ['a key', 'GET / HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer sk-marked\r\n\r\n'],
    [
      'a key of the other dialect',
      'GET / HTTP/1.1\r\nHost: gateway.example\r\nX-Api-Key: sk-marked\r\n\r\n',
    ],
    [
      'a key in the URL',
      'GET /v1/models?a=1&key=sk-marked HTTP/1.1\r\nHost: gateway.example\r\n\r\n',
    ],
    ['a body of GET', 'GET / HTTP/1.1\r\nHost: gateway.example\r\nContent-Length: 6\r\n\r\nmarked'],
    ['a body', 'POST / HTTP/1.1\r\nHost: gateway.example\r\nContent-Length: 6\r\n\r\nmarked'],
    [
      'the start of a body',
      'POST / HTTP/1.1\r\nHost: gateway.example\r\nContent-Length: 9\r\n\r\nmarked',
    ],
  ])('refuses %s, and says what to do', async (_, text) => {
    const answer = await answerTo(text);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('HTTPS_REQUIRED');
    expect(answer).toContain('replace that key');
    expect(answer).not.toContain('location');
    expect(answer).not.toContain('marked');
  });
});
