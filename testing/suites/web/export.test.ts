import { readFileSync } from 'node:fs';
import { ChatExportSchema } from '@postern/conversations';
import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

/** Everything that the browser reported except the downloads that these tests begin. */
const complaintsOf = (browser: SignedInPage['browser']) =>
  browser.complaints().filter(({ kind }) => kind !== 'download');

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('exports in Chromium', why))('an export in the page', () => {
  let product: SignedInPage;

  beforeAll(async () => {
    product = await signedInPage();
    const { page, upstream } = product;
    upstream.next(textReply('**Bold** answer\n\n```ts\nlet a = 1;\n```\n'));
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    await ask(page, '  Indented question');
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  test('of one chat is saved as a file, by keyboard alone', async () => {
    const { page, browser } = product;
    await page.getByRole('button', { name: 'Export…' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Export chat' }).waitFor();
    await page.getByRole('radio', { name: /Markdown/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const file = await download;
    const { chats } = v.parse(
      ChatExportSchema,
      JSON.parse(readFileSync(await file.path(), 'utf8')),
    );
    expect(chats.map(({ messages }) => messages.length)).toEqual([2]);
    expect(chats[0]?.messages[0]?.parts).toEqual([{ kind: 'text', text: '  Indented question' }]);
    expect(file.suggestedFilename()).toBe('Indented question.json');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'Export…',
    );
    expect(complaintsOf(browser)).toEqual([]);
  });

  test('of every chat is saved from the settings', async () => {
    const { page } = product;
    await page.evaluate("location.hash = '#/settings/storage'");
    await page.getByRole('heading', { name: 'Storage', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('radio', { name: /Web page/ }).check();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(/^Postern chats \d{4}-\d\d-\d\d\.html$/);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text).toContain('Indented question');
    expect(text.endsWith('</html>\n')).toBe(true);
    await page.evaluate('history.back()');
    await page.getByRole('region', { name: 'Messages' }).waitFor();
  });

  test('to paper shows only the chat, in light colours', async () => {
    const { page, browser } = product;
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('radio', { name: /PDF/ }).check();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.evaluate(`window.print = () => {
      const root = document.querySelector('.print-root');
      window.printed = {
        text: root.innerText,
        rest: getComputedStyle(document.querySelector('#root')).display,
        scheme: getComputedStyle(root).colorScheme,
        code: root.querySelectorAll('.hljs-keyword').length,
      };
    }`);
    await page.evaluate("document.querySelector('dialog [type=submit]').click()");
    await expect.poll(() => page.evaluate('window.printed !== undefined')).toBe(true);
    const Printed = v.object({
      ...{ text: v.string(), rest: v.string(), scheme: v.string(), code: v.number() },
    });
    const printed = v.parse(Printed, await page.evaluate('window.printed'));
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    expect(printed).toMatchObject({ rest: 'none', scheme: 'light', code: 1 });
    expect(printed.text).toContain('  Indented question');
    expect(printed.text).toContain('Bold answer');
    expect(printed.text).not.toContain('**');
    await page.locator('.print-root').waitFor({ state: 'detached' });
    expect(complaintsOf(browser)).toEqual([]);
  });

  test('that is cut off by a lock saves nothing', async () => {
    const { page } = product;
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('dialog', { name: 'Export chat' }).waitFor();
    let saved = 0;
    page.on('download', () => (saved += 1));
    await page.route('**/api/exports', async (route) => {
      await route.fulfill({ status: 423, json: { error: { code: 'VAULT_LOCKED', message: 'x' } } });
    });
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('heading', { name: 'Postern is locked' }).waitFor();
    expect(saved).toBe(0);
  });
});
