import { runPostern, skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, sendWhenReady } from '../product/walk-first-run.ts';
import { goTo, pickModel, questionsOf, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('turns of a chat in Chromium', why))('a chat', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
  });

  afterAll(async () => {
    expect(product.browser.complaints()).toEqual([]);
    await product[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    product.upstream.reset();
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
  });

  const shown = async (each = page): Promise<string> =>
    (await each.locator('.bubble, [data-look=answer] .md').allTextContents())
      .map((text) => text.trim())
      .join('|');
  const button = (name: string): ReturnType<Page['getByRole']> =>
    page.getByRole('button', { name, exact: true });

  test('shows the chosen version after a reload and on another page', async () => {
    product.upstream.next(textReply('First answer.'));
    await ask(page, 'versions');
    product.upstream.next(textReply('Second answer.'));
    await button('Regenerate').click();
    await page.getByText('2/2').waitFor();
    await page.locator('[data-look=answer] .message-actions').waitFor();
    await button('Previous version').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('1/2').waitFor();
    // The focus stays on the arrows, so that the next key works.
    await page.keyboard.press('ArrowRight');
    await page.getByText('2/2').waitFor();
    const stored = page.waitForResponse((response) => response.url().endsWith('/choice'));
    await page.keyboard.press('ArrowLeft');
    await stored;
    await page.reload();
    await page.getByText('1/2').waitFor();
    expect(await shown()).toBe('versions|First answer.');
    const second = await product.browser.context.newPage();
    const { environment } = product;
    const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
    await second.goto(opened.stdout.trim());
    await second.getByRole('link', { name: 'versions' }).click();
    await second.getByText('1/2').waitFor();
    expect(await shown(second)).toBe('versions|First answer.');
    await second.close();
  });

  test('edits the last question from the keyboard, with and without a request', async () => {
    product.upstream.next(textReply('Answer.'));
    await ask(page, 'typed once');
    await page.getByLabel('Message', { exact: true }).press('ArrowUp');
    const field = page.getByLabel('Edit message');
    await field.fill('saved only');
    const asked = questionsOf(product).length;
    await button('Save').press('Enter');
    await page.getByText('2/2').waitFor();
    expect(await shown()).toBe('saved only');
    expect(questionsOf(product)).toHaveLength(asked);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Edit');
    product.upstream.next(textReply('Another answer.'));
    await page.keyboard.press('Enter');
    await field.fill('saved and run');
    await page.keyboard.press('Control+Enter');
    await page.getByText('Another answer.').waitFor();
    await page.getByText('3/3').waitFor();
  });

  test('is forked, and a message is deleted and restored, by keyboard', async () => {
    product.upstream.next(textReply('Kept answer.'));
    await ask(page, 'forked');
    const open = async (): Promise<void> => {
      await page.locator('[data-look=answer]').getByRole('button', { name: 'More' }).press('Enter');
      await page.locator('.menu-row').first().waitFor();
    };
    await open();
    await page.getByRole('button', { name: 'Fork from here' }).press('Enter');
    await page.getByRole('heading', { name: 'forked (fork)' }).waitFor();
    await page.getByText('Kept answer.').waitFor();
    await open();
    await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await page.getByText('Message deleted.').waitFor();
    await expect.poll(async () => await shown()).toBe('forked');
    await button('Undo').press('Enter');
    await page.getByText('Kept answer.').waitFor();
  });

  test('quotes what is selected', async () => {
    product.upstream.next(textReply('A gate is a door in a wall.'));
    await ask(page, 'quote');
    await page.getByText('A gate is a door').selectText();
    await button('Quote').click();
    const field = page.getByLabel('Message', { exact: true });
    await expect.poll(async () => await field.inputValue()).toContain('> A gate is a door');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'Message',
    );
  });

  test('leads from a rejected key to the field for it', async () => {
    product.upstream.next({ kind: 'error', status: 401 });
    await page.getByLabel('Message', { exact: true }).fill('refused');
    await sendWhenReady(page);
    await button('Change key').click();
    await expect
      .poll(async () => await page.evaluate('document.activeElement.closest(".key-form") !== null'))
      .toBe(true);
    expect(await page.evaluate('location.hash')).toBe('#/settings/providers/fake');
  });

  test('counts down a rate limit, retries in place, and continues a cut answer', async () => {
    product.upstream.next({ kind: 'error', status: 429, retryAfter: 2 });
    product.upstream.next({
      kind: 'answer',
      parts: [{ kind: 'text', text: 'The old city wall was nar' }],
      stop: 'max-tokens',
    });
    await page.getByLabel('Message', { exact: true }).fill('limited');
    await sendWhenReady(page);
    await page.getByText(/asks to wait/).waitFor();
    await button('Retry when possible').click();
    await page.getByText('The answer reached the length limit.').waitFor();
    product.upstream.next(textReply('The old city wall was narrow.'));
    await button('Continue').click();
    await page.getByText('narrow.').waitFor();
    expect(await shown()).toBe('limited|The old city wall was narrow.');
    expect(await page.locator('.siblings').count()).toBe(0);
  });

  test('shows which model answered, and goes on with another one', async () => {
    product.upstream.next({
      kind: 'answer',
      parts: [
        { kind: 'thinking', text: 'Hm' },
        { kind: 'text', text: 'From the first.' },
      ],
    });
    await ask(page, 'switch');
    await pickModel(page, 'claude fake large');
    product.upstream.next(textReply('From the second.'));
    await ask(page, 'and now');
    const names = await page.locator('.answer-head h2').allTextContents();
    expect(names).toEqual(['gpt-fake-large', 'Claude Fake Large']);
    expect(JSON.stringify(questionsOf(product).at(-1)?.json)).not.toContain('Hm');
  });
});
