import { afterEach, expect, it } from 'vitest';
import { forwardKey } from './forward-key.ts';

afterEach(() => {
  document.documentElement.dir = 'ltr';
});

it('swaps the arrow keys of a language from right to left', () => {
  const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'constructor'];
  expect(keys.map(forwardKey)).toEqual(keys);
  document.documentElement.dir = 'rtl';
  const swapped = ['ArrowRight', 'ArrowLeft', 'ArrowUp'];
  expect(keys.slice(0, 3).map(forwardKey)).toEqual(swapped);
});
