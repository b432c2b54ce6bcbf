import { describe, expect, it } from 'vitest';
import { parseRoute, routeToFragment } from './route.ts';

const ID = '01k9zzzzzzzzzzzzzzzzzzzzzz';
const MESSAGE = '01k9zzzzzzzzzzzzzzzzzzzzz0';

describe('route', () => {
  it.each([
    ['', '#/'],
    ['#', '#/'],
    ['#/', '#/'],
    ['#/nowhere', '#/'],
    [`#/c/${ID}`, `#/c/${ID}`],
    [`#/c/${ID}/${MESSAGE}`, `#/c/${ID}/${MESSAGE}`],
    [`#/c/${ID}/<script>`, `#/c/${ID}`],
    ['#/c/../../api/lock', '#/'],
    ['#/c/', '#/'],
    ['#/settings', '#/settings/providers'],
    ['#/settings/gateway', '#/settings/gateway'],
    ['#/settings/nowhere', '#/settings/providers'],
  ])('parses %s as %s', (fragment, expected) => {
    expect(routeToFragment(parseRoute(fragment))).toBe(expected);
  });
});
