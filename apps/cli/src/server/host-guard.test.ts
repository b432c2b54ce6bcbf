import { expect, test } from 'vitest';
import { loopbackGuard } from './host-guard.ts';

const guard = loopbackGuard(7420);
const own = '127.0.0.1:7420';

test.each([
  ['no browser', { host: own, origin: undefined, fetchSite: undefined }, true],
  ['localhost', { host: 'localhost:7420', origin: undefined, fetchSite: undefined }, true],
  ['IPv6 loopback', { host: '[::1]:7420', origin: undefined, fetchSite: undefined }, true],
  ['own page', { host: own, origin: `http://${own}`, fetchSite: 'same-origin' }, true],
  ['typed address', { host: own, origin: undefined, fetchSite: 'none' }, true],
  ['no host', { host: undefined, origin: undefined, fetchSite: undefined }, false],
  ['rebound name', { host: 'evil.example:7420', origin: undefined, fetchSite: undefined }, false],
  [
    'rebound name without port',
    { host: 'evil.example', origin: undefined, fetchSite: undefined },
    false,
  ],
  ['another port', { host: '127.0.0.1:80', origin: undefined, fetchSite: undefined }, false],
  [
    'host with a suffix',
    { host: '127.0.0.1:7420.evil.example', origin: undefined, fetchSite: undefined },
    false,
  ],
  ['host with user info', { host: `evil@${own}`, origin: undefined, fetchSite: undefined }, false],
  [
    'host with a fragment',
    { host: `${own}#@evil`, origin: undefined, fetchSite: undefined },
    false,
  ],
  ['foreign origin', { host: own, origin: 'https://evil.example', fetchSite: undefined }, false],
  ['opaque origin', { host: own, origin: 'null', fetchSite: undefined }, false],
  ['empty origin', { host: own, origin: '', fetchSite: undefined }, false],
  ['origin over https', { host: own, origin: `https://${own}`, fetchSite: undefined }, false],
  [
    'origin of another own name',
    { host: own, origin: 'http://localhost:7420', fetchSite: undefined },
    false,
  ],
  [
    'origin of another port',
    { host: own, origin: 'http://127.0.0.1:8080', fetchSite: 'same-site' },
    false,
  ],
  ['cross-site read', { host: own, origin: undefined, fetchSite: 'cross-site' }, false],
  [
    'same-site read from another port',
    { host: own, origin: undefined, fetchSite: 'same-site' },
    false,
  ],
] as const)('%s', (_name, request, admitted) => {
  expect(guard.admits(request)).toBe(admitted);
});
