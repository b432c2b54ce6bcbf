import { expect, it } from 'vitest';
import { isAbsent } from './provider-routes.ts';

const LOCAL = { local: true, builtIn: true, models: [] };

it.each([
  ['a server that is not running', LOCAL, 'UPSTREAM_UNREACHABLE', true],
  ['another program at its usual port', LOCAL, 'UPSTREAM_NOT_FOUND', true],
  ['another program that says nothing', LOCAL, 'UPSTREAM_TIMEOUT', true],
  ['a server that is overloaded', LOCAL, 'UPSTREAM_OVERLOADED', false],
  [
    'a configured server that is not running',
    { ...LOCAL, builtIn: false },
    'UPSTREAM_UNREACHABLE',
    true,
  ],
  [
    'a configured server that has no list',
    { ...LOCAL, builtIn: false },
    'UPSTREAM_NOT_FOUND',
    false,
  ],
  ['a server with models of its own', { ...LOCAL, models: ['m'] }, 'UPSTREAM_UNREACHABLE', false],
  ['a provider on the internet', { ...LOCAL, local: false }, 'UPSTREAM_UNREACHABLE', false],
] as const)('offers no models of an absent local server: %s', (_name, provider, code, absent) => {
  expect(isAbsent(provider, code)).toBe(absent);
});
