import { skipBecause, whyNoPrograms } from '@postern/testing';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeContent, type Screen } from './screens.ts';
import { signedInPage, type SignedInPage } from './signed-in-page.ts';
import { readTexts } from './texts-on-page.ts';

const why = whyNoPrograms(['chromium']);
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What an element with this selector has beyond the window, in pixels. */
const BEYOND = `[...document.querySelectorAll('dialog, .composer-box')].flatMap((element) => {
  const { top, bottom } = element.getBoundingClientRect();
  return top < -1 || bottom > innerHeight + 1 ? element.className + ' ' + top + ' to ' + bottom : [];
})`;

/** Centred content whose beginning can't be scrolled to. */
const UNREACHABLE = `[...document.querySelectorAll('.empty-chat')]
  .filter((box) => box.firstElementChild.getBoundingClientRect().top + box.scrollTop < box.getBoundingClientRect().top)
  .map((box) => box.className)`;

const VIOLATIONS = `axe
  .run({ runOnly: ${JSON.stringify(TAGS)} })
  .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => id + ': ' + node.html.slice(0, 160))))`;

describe.skipIf(skipBecause('looks in Chromium', why))('every screen', () => {
  let product: SignedInPage;
  let screens: readonly Screen[];

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    screens = await makeContent(product);
  });

  afterAll(async () => {
    expect(product.browser.complaints()).toEqual([]);
    await product[Symbol.asyncDispose]();
  });

  test('fits at 200 % zoom, with the message field and every dialog in the window', async () => {
    const { page } = product;
    await page.setViewportSize({ width: 640, height: 400 });
    for (const { name, show, hide } of screens) {
      await show(page);
      const { cut } = await readTexts(page);
      const beyond = await page.evaluate<readonly string[]>(BEYOND);
      const unreachable = await page.evaluate<readonly string[]>(UNREACHABLE);
      expect({ name, cut, beyond, unreachable }).toEqual({
        name,
        cut: [],
        beyond: [],
        unreachable: [],
      });
      await hide?.(page);
    }
  });

  test.each([
    ['dark', 'no-preference', 1280],
    ['light', 'more', 360],
  ] as const)(
    'that is a dialog is accessible, %s, contrast %s',
    async (scheme, contrast, width) => {
      const { page } = product;
      await page.emulateMedia({ colorScheme: scheme, contrast });
      await page.setViewportSize({ width, height: 740 });
      await page.evaluate(axe.source);
      for (const { name, show, hide } of screens.filter(({ isDialog }) => isDialog)) {
        await show(page);
        const violations = await page.evaluate<readonly string[]>(VIOLATIONS);
        expect({ name, violations }).toEqual({ name, violations: [] });
        await hide?.(page);
      }
    },
  );
});
