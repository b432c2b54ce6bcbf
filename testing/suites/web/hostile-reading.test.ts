import { skipBecause, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { auditOf, watchPage } from './live-audit.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

/** Languages that try to be a path, a program or an attribute. */
const LANGUAGES = [
  '../../.bashrc',
  'c:\\autorun.inf',
  'x.exe',
  'hta',
  'py\u202egnp',
  '"onclick=ran=1',
];
const FORMULAS = [
  '=HYPERLINK("https://attacker.example/")',
  "=cmd|' /C calc'!A0",
  '@SUM(1)',
  '+1-1',
];

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('hostile answers in Chromium', why))('a hostile answer', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
    await watchPage(page);
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  const askForAnswer = async (text: string, deltaLength: number): Promise<void> => {
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    const deltas = text.match(new RegExp(`[^]{1,${String(deltaLength)}}`, 'gu')) ?? [];
    product.upstream.next({ kind: 'answer', parts: [{ kind: 'text', text, deltas }] });
    await ask(page, 'Go on.');
  };

  test('chooses no name of a downloaded file', async () => {
    await askForAnswer(LANGUAGES.map((name) => `\`\`\`${name}\n1\n\`\`\``).join('\n\n'), 50);
    const buttons = page.getByRole('button', { name: 'Download code' });
    await expect.poll(async () => await buttons.count()).toBe(LANGUAGES.length);
    for (let at = 0; at < LANGUAGES.length; at += 1) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        buttons.nth(at).click(),
      ]);
      expect(download.suggestedFilename()).toBe('code.txt');
    }
    expect(await auditOf(page)).toEqual([]);
  });

  test('copies no formula for a spreadsheet', async () => {
    await product.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const rows = FORMULAS.map((cell) => `| ${cell.replaceAll('|', '\\|')} |\n`).join('');
    await askForAnswer(`| a |\n|---|\n${rows}`, 50);
    await page.getByRole('button', { name: 'Copy CSV' }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied.trim().split(/\r?\n/)).toEqual(
      ['a', ...FORMULAS.map((cell) => `'${cell.replaceAll('"', '""')}`)].map((cell) => `"${cell}"`),
    );
  });

  test('of one repeated character is laid out about as fast as words', async () => {
    await askForAnswer('words', 50);
    const layoutMs = async (text: string): Promise<number> =>
      await page.evaluate(`(() => {
        const words = document.querySelector('[data-look=answer] .md p').firstChild;
        words.data = '';
        void document.body.offsetHeight;
        const startedMs = performance.now();
        words.data = ${JSON.stringify(text)};
        void document.body.offsetHeight;
        return performance.now() - startedMs;
      })()`);
    const ofWords = await layoutMs('some words '.repeat(2000));
    const ofOneWord = await layoutMs('x'.repeat(22_000));
    // With kerning it's several hundred times as long.
    expect(ofOneWord / ofWords).toBeLessThan(30);
  });

  test.each([
    ['a line of a megabyte', 'x'.repeat(1_000_000)],
    ['code in a line of a megabyte', `\`\`\`js\n${'a=1;'.repeat(250_000)}\n\`\`\``],
  ])('leaves the page usable: %s', async (_name, text) => {
    await askForAnswer(text, 50_000);
    const field = page.getByLabel('Message', { exact: true });
    await field.fill('typed');
    expect(await field.inputValue()).toBe('typed');
    await field.fill('');
    const [width, inner] = await page.evaluate<readonly [number, number]>(`(() => {
      const box = document.querySelector('.messages');
      return [box.clientWidth, box.scrollWidth];
    })()`);
    expect(inner).toBe(width);
    expect(await auditOf(page)).toEqual([]);
    const problems = product.browser.complaints().filter(({ kind }) => kind !== 'download');
    expect(problems).toEqual([]);
  });
});
