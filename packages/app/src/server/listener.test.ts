import { describe, expect, it } from 'vitest';
import { listenerTls } from '../testing/listener-tls.ts';
import { isLaunchUrl, loopbackListener, placeOf } from './listener.ts';

describe('the loopback listener', () => {
  it('has the page at localhost, the gateway at an address, and a cookie for its port', () => {
    expect(placeOf(loopbackListener(0), 7420)).toMatchObject({
      pageOrigin: 'http://localhost:7420',
      gatewayUrl: 'http://127.0.0.1:7420',
      cookie: { name: 'postern-session-7420', sameSite: 'Strict', path: '/api' },
    });
  });

  it('listens on loopback only', () => {
    const { addresses } = loopbackListener(0);
    expect(addresses.map(({ host }) => host)).toEqual(['127.0.0.1', '::1']);
  });
});

describe('a listener with TLS', () => {
  const withTls = { ...loopbackListener(0), tls: listenerTls({ cert: 'unused', key: 'unused' }) };
  const { pageOrigin, gatewayUrl, guard, cookie } = placeOf(withTls, 7420);

  it('has https addresses, and a cookie that browsers send over TLS only', () => {
    expect([pageOrigin, gatewayUrl]).toEqual(['https://localhost:7420', 'https://127.0.0.1:7420']);
    expect(cookie.secure).toBe(true);
    expect(placeOf(loopbackListener(0), 7420).cookie.secure).toBe(false);
  });

  it('rejects the plain origin of the same host', () => {
    const request = { host: 'localhost:7420', fetchSite: undefined };
    expect(guard.admits({ ...request, origin: 'https://localhost:7420' })).toBe(true);
    expect(guard.admits({ ...request, origin: 'http://localhost:7420' })).toBe(false);
  });
});

describe('a launch link', () => {
  it.each([
    ['http://localhost:7420/#launch=a_B-9', true],
    ['http://127.0.0.1:1/#launch=a', true],
    ['https://localhost:7420/#launch=a', false],
    ['http://localhost/#launch=a', false],
    ['http://localhost:7420/#launch=', false],
    ['http://localhost:7420/#launch=a"><script>', false],
    ['http://localhost:7420/elsewhere#launch=a', false],
    ['http://localhost.evil.example:7420/#launch=a', false],
    ['http://evil.example:7420/#launch=a', false],
    [' http://localhost:7420/#launch=a', false],
  ])('%s: %s', (text, is) => {
    expect(isLaunchUrl(text)).toBe(is);
  });
});
