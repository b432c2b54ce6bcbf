import { expect, test } from 'vitest';
import { loopbackListener, placeOf } from './listener.ts';

const { guard } = placeOf(loopbackListener(7420), 7420);
const own = 'localhost:7420';

test.each([
  ['no browser', { host: own, origin: undefined, fetchSite: undefined }, true],
  ['its own address', { host: '127.0.0.1:7420', origin: undefined, fetchSite: undefined }, false],
  ['its IPv6 address', { host: '[::1]:7420', origin: undefined, fetchSite: undefined }, false],
  ['own page', { host: own, origin: `http://${own}`, fetchSite: 'same-origin' }, true],
  ['typed address', { host: own, origin: undefined, fetchSite: 'none' }, true],
  ['no host', { host: undefined, origin: undefined, fetchSite: undefined }, false],
  ['rebound name', { host: 'evil.example:7420', origin: undefined, fetchSite: undefined }, false],
  [
    'rebound name without port',
    { host: 'evil.example', origin: undefined, fetchSite: undefined },
    false,
  ],
  ['another port', { host: 'localhost:80', origin: undefined, fetchSite: undefined }, false],
  [
    'host with a suffix',
    { host: 'localhost:7420.evil.example', origin: undefined, fetchSite: undefined },
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
    { host: own, origin: 'http://127.0.0.1:7420', fetchSite: undefined },
    false,
  ],
  [
    'origin of another port',
    { host: own, origin: 'http://localhost:8080', fetchSite: 'same-site' },
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

test.each([
  ['127.0.0.1:7420', undefined, true],
  ['[::1]:7420', undefined, true],
  ['127.0.0.1:7420', 'http://127.0.0.1:7420', true],
  ['127.0.0.1:7420', 'http://localhost:7420', false],
  ['127.0.0.1:7420', 'https://evil.example', false],
  ['localhost:7420', undefined, false],
  ['evil.example:7420', undefined, false],
] as const)('elsewhere: host %s, origin %s', (host, origin, admitted) => {
  expect(guard.admitsElsewhere({ host, origin, fetchSite: undefined })).toBe(admitted);
});
