import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { servePlace, startServing } from './serve-place.ts';

const HOST = '0.0.0.0';
const publicHost = ['gateway.example'];
const NO_CERTIFICATE = '/nonexistent/certificate.pem';
const tls = { certificate: NO_CERTIFICATE, key: '/nonexistent/key.pem' };

describe('postern config check', () => {
  test.each([
    ['a listener without TLS', { listen: { host: HOST, publicHost } }, 'gateway.listen: .*no TLS'],
    [
      'a certificate that is missing',
      { listen: { tls } },
      `gateway.listen: ${NO_CERTIFICATE} cannot`,
    ],
    ['half of a certificate', { listen: { tls: { key: '/key' } } }, 'gateway.listen: .*together'],
    [
      'a redirect without TLS',
      { listen: { redirectFrom: 8080 } },
      'gateway.listen: .*redirectFrom needs',
    ],
    [
      'an address that the system does not have',
      { listen: { host: '192.0.2.1', publicHost, trustedProxies: ['192.0.2.2'] } },
      "gateway.listen: The operating system doesn't let Postern listen",
    ],
    ['prices that are missing', { prices: '/nonexistent/prices' }, 'gateway.prices: .*be read'],
  ])('and postern serve refuse %s', async (_title, gateway, message) => {
    const place = await servePlace();
    place.configure({ gateway });
    const checked = await place.run(['config', 'check']);
    expect(checked.stdout).toMatch(new RegExp(`^${message}`, 'm'));
    expect(checked.code).toBe(2);
    expect(await place.run(['serve'])).not.toMatchObject({ code: 0 });
  });

  test('makes no authority for development', async () => {
    const place = await servePlace();
    place.configure({ gateway: { listen: { tls: { development: true } } } });
    const files = (): readonly string[] => readdirSync(join(place.directory, 'data'));
    const before = files();
    expect(await place.run(['config', 'check'])).toMatchObject({ code: 0 });
    expect(files()).toEqual(before);
  });

  test('accepts the port of a running process', async () => {
    const place = await servePlace();
    const { url, program } = await startServing(place);
    place.configure({ port: Number(new URL(url).port) });
    expect(await place.run(['config', 'check'])).toMatchObject({ code: 0 });
    await program.stop();
  });
});
