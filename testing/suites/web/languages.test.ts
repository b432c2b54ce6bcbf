import { join } from 'node:path';
import { freshHome, skipBecause, startChromium, upPostern, whyNoPrograms } from '@postern/testing';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCatalogues } from '../../../tools/src/languages/catalogue.ts';
import { PASSPHRASE } from '../product/walk-first-run.ts';
import { makeContent, type Screen } from './screens.ts';
import { signedInPage, type SignedInPage } from './signed-in-page.ts';
import { readTexts } from './texts-on-page.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LANGUAGES = [
  { name: 'en', direction: 'ltr' },
  { name: 'de', direction: 'ltr' },
  { name: 'es', direction: 'ltr' },
  { name: 'ar', direction: 'rtl', isOtherScript: true },
  { name: 'ja', direction: 'ltr', isOtherScript: true },
  { name: 'zh-TW', direction: 'ltr', isOtherScript: true },
] as const satisfies readonly Language[];

interface Language {
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly isOtherScript?: boolean;
}

const VIEWPORTS = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
] as const;

/** The rules of axe that depend on texts. `accessibility.test.ts` has the others. */
const RULES = [
  'aria-dialog-name',
  'button-name',
  'html-has-lang',
  'html-lang-valid',
  'label',
  'label-content-name-mismatch',
  'link-name',
  'select-name',
  'target-size',
];

const why = whyNoPrograms(['chromium']);

const catalogues = new Map<string, ReadonlySet<string>>();

/** The English texts that this language translates. */
function englishOf(language: string): ReadonlySet<string> {
  const known = catalogues.get(language);
  if (known !== undefined) return known;
  const entries = readCatalogues(ROOT, language).flatMap((catalogue) => catalogue.entries);
  const kept = new Set(
    entries.flatMap(({ message, translation }) => (message === translation ? message : [])),
  );
  const english = new Set(
    entries.map(({ message }) => message).filter((message) => !kept.has(message)),
  );
  catalogues.set(language, english);
  return english;
}

/** Three words of English in a row, in a language of another script. */
const ENGLISH_WORDS = /[A-Za-z’]+(?: [a-z’]+){2,}/;

function isEnglish(text: string, { name, isOtherScript = false }: Language): boolean {
  if (name === 'en') return false;
  return englishOf(name).has(text) || (isOtherScript && ENGLISH_WORDS.test(text));
}

/** What is wrong with what is shown now, one line each. */
async function faultsOf(page: Page, language: Language): Promise<readonly string[]> {
  const { lang, dir, texts, cut } = await readTexts(page);
  const isMarked = lang === language.name && dir === language.direction;
  return [
    ...(isMarked ? [] : [`is marked as ${lang} ${dir}`]),
    ...texts.filter((text) => isEnglish(text, language)).map((text) => `English: ${text}`),
    ...cut,
  ];
}

/** Goes through the screens in two widths. */
async function walk(
  page: Page,
  screens: readonly Screen[],
  language: Language,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  await page.evaluate(axe.source);
  for (const viewport of VIEWPORTS) {
    await page.setViewportSize(viewport);
    const isNarrow = viewport === VIEWPORTS[0];
    for (const screen of screens) {
      if (!isNarrow && screen.isDialog === true) continue;
      await screen.show(page);
      const violations = isNarrow ? await violationsOf(page) : [];
      const faults = [...(await faultsOf(page, language)), ...violations];
      if (faults.length > 0) found[`${screen.name} at ${String(viewport.width)} px`] = faults;
      await screen.hide?.(page);
    }
  }
  return found;
}

async function violationsOf(page: Page): Promise<readonly string[]> {
  return await page.evaluate<readonly string[]>(`axe
    .run({ runOnly: { type: 'rule', values: ${JSON.stringify(RULES)} } })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => id + ': ' + node.html.slice(0, 160))))`);
}

/** Chooses the language on a screen before the chat. */
async function choose(page: Page, language: string): Promise<void> {
  await page.locator('.language-button select').selectOption(language);
  await page.locator(`html[lang='${language}']`).waitFor();
}

/** A screen that the page shows now. */
const here = (name: string, shown: string): readonly Screen[] => [
  {
    name,
    show: async (page) => {
      await page.locator(shown).first().waitFor();
    },
  },
];

describe.skipIf(skipBecause('languages in Chromium', why))('in each language', () => {
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

  test.each(LANGUAGES)('the screens of $name are translated and fit', async (language) => {
    const { name } = language;
    const { page } = product;
    await page.evaluate(`localStorage.setItem('postern.language', '${name}')`);
    await page.reload();
    await page.locator(`html[lang='${name}']`).waitFor();
    expect(await walk(page, screens, language)).toEqual({});
  });

  test('the locked page is translated and fits', async () => {
    const { page } = product;
    await page.keyboard.press('Control+Alt+l');
    for (const language of LANGUAGES) {
      await choose(page, language.name);
      expect(
        await walk(page, here(`locked, ${language.name}`, 'input[type=password]'), language),
      ).toEqual({});
    }
  });

  test('the first run and the signed-out page are translated and fit', async () => {
    using home = freshHome();
    await using postern = await upPostern({ environment: home.environment });
    await using browser = await startChromium({
      origins: [postern.pageAddress],
      reducedMotion: true,
    });
    const { page } = browser;
    const inEach = async (name: string, shown: string): Promise<void> => {
      for (const language of LANGUAGES) {
        await choose(page, language.name);
        expect(await walk(page, here(`${name}, ${language.name}`, shown), language)).toEqual({});
      }
    };
    await page.goto(postern.pageAddress);
    await inEach('signed out', '.gate code');
    await page.goto(postern.launchUrl);
    await page.locator('input[type=password]').first().waitFor();
    await inEach('first run, storage', 'input[type=password]');
    await page.locator('input[type=password]').first().fill(PASSPHRASE);
    await page.locator('input[type=password]').last().fill(PASSPHRASE);
    await page.locator('button[type=submit]').click();
    await page.locator('input[type=checkbox]').waitFor();
    await inEach('first run, recovery code', '.recovery-code');
    await page.locator('input[type=checkbox]').check();
    await page.locator('.button-primary').first().click();
    await page.locator('.provider-cards').waitFor();
    await inEach('first run, key', '.provider-cards');
  });
});
