import { afterEach, describe, expect, it } from 'vitest';
import { consumeLaunchCode, watchLaunchCodes } from './launch-code.ts';

describe('watchLaunchCodes', () => {
  let stop = (): void => undefined;
  afterEach(() => {
    stop();
    window.history.replaceState(null, '', '/');
  });

  it.each([
    ['#/c/abc', '#launch=one', ['one'], '#/c/abc'],
    ['#launch=old', '#launch=two', ['two'], ''],
    ['', '#launch=three', ['three'], ''],
    ['#/c/abc', '#/settings/gateway', [], '#/settings/gateway'],
  ])('from %s to %s signs in and keeps the place', (before, after, codes, left) => {
    const signedIn: string[] = [];
    const routes: string[] = [];
    stop = watchLaunchCodes((code) => signedIn.push(code));
    window.history.replaceState(null, '', `/${after}`);
    const oldURL = new URL(`/${before}`, window.location.href).href;
    window.addEventListener('hashchange', () => routes.push(window.location.hash), { once: true });
    window.dispatchEvent(new HashChangeEvent('hashchange', { oldURL }));
    expect(signedIn).toEqual(codes);
    expect(window.location.hash).toBe(left);
    expect(routes.at(-1)).toBe(left);
  });

  it('takes the code out of the URL at the start', () => {
    window.history.replaceState(null, '', '/#launch=one');
    expect(consumeLaunchCode()).toBe('one');
    expect(window.location.hash).toBe('');
    expect(consumeLaunchCode()).toBeUndefined();
  });
});
