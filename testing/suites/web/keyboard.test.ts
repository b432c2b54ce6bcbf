import {
  freshHome,
  skipBecause,
  startChromium,
  textReply,
  upPostern,
  whyNoPrograms,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, sendWhenReady } from '../product/walk-first-run.ts';
import { goTo, pickModel, questionsOf, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);

/** Presses Tab up to 40 times until the element with that name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if (name.test(await focusedName(page))) return;
  }
  throw new Error(`Tab never reached ${String(name)}`);
}

/** Returns the name of the focused element. The name says so if there is no focus ring. */
async function focusedName(page: Page): Promise<string> {
  return await page.evaluate<string>(`(() => {
    const at = document.activeElement;
    const named = at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent;
    return at.matches(':focus-visible') ? named : 'without a ring: ' + named;
  })()`);
}

describe.skipIf(skipBecause('keyboard in Chromium', why))('first run by keyboard alone', () => {
  test('goes from the sign-in link to an answer', async () => {
    using home = freshHome();
    await using postern = await upPostern({ environment: home.environment });
    await using browser = await startChromium({ origins: [postern.pageAddress] });
    const { page } = browser;
    await page.goto(postern.launchUrl);
    await page.getByRole('heading', { name: /how to unlock Postern/ }).waitFor();
    await tabTo(page, /^Passphrase$/);
    await page.keyboard.type('lantern moss window');
    await tabTo(page, /^Confirm passphrase$/);
    await page.keyboard.type('lantern moss window');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Save your recovery code' }).waitFor();
    await tabTo(page, /saved the recovery code/);
    await page.keyboard.press('Space');
    await tabTo(page, /^Continue$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Add an API key' }).waitFor();
    await tabTo(page, /demo/i);
    await page.keyboard.press('Enter');
    await page.getByLabel('Message', { exact: true }).waitFor();
    expect(await focusedName(page)).toBe('Message');
    await page.keyboard.type('Hello');
    await sendWhenReady(page);
    await page.locator('[data-look=answer] .message-actions').waitFor();
    expect(await page.locator('[data-look=answer] .demo-badge').textContent()).toMatch(/demo/i);
    expect(await page.locator('.page-head .demo-badge').count()).toBe(0);
    expect(browser.complaints()).toEqual([]);
  });
});

describe.skipIf(skipBecause('keyboard in Chromium', why))('the chat by keyboard alone', () => {
  let product: SignedInPage;
  let page: Page;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
    for (const text of ['first words', 'second words', 'third words']) {
      await goTo(page, '#/');
      await pickModel(page, 'gpt-fake-large');
      product.upstream.next(textReply(`An answer to ${text}.`));
      await ask(page, text, 'Enter');
    }
  });

  afterAll(async () => {
    expect(product.browser.complaints()).toEqual([]);
    await product[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    product.upstream.reset();
    await goTo(page, '#/');
  });

  test('Enter sends, Shift+Enter adds a line', async () => {
    const field = page.getByLabel('Message', { exact: true });
    await field.fill('');
    await field.focus();
    await page.keyboard.type('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    expect(await field.inputValue()).toBe('one\ntwo');
    await field.fill('');
  });

  test('keeps a draft with its chat', async () => {
    const field = page.getByLabel('Message', { exact: true });
    await field.fill('half a thought');
    await page.getByRole('link', { name: 'second words' }).click();
    await page.getByText('An answer to second words.').waitFor();
    expect(await field.inputValue()).toBe('');
    await page.keyboard.press('Control+Alt+n');
    await page.getByText(/go only to the model/).waitFor();
    expect(await field.inputValue()).toBe('half a thought');
    await field.fill('');
  });

  test('Esc cancels the upstream request and keeps the partial answer', async () => {
    const words = 'word '.repeat(4000);
    await pickModel(page, 'gpt-fake-large');
    product.upstream.next(textReply(words, { deltaDelayMs: 20 }));
    await page.getByLabel('Message', { exact: true }).fill('a long one');
    await sendWhenReady(page);
    await page.getByText('word word word').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Stopped.').waitFor();
    expect(await questionsOf(product).at(-1)?.closed).toBe('left');
    // The answer is saved just after the request is cancelled.
    const kept = async (): Promise<string> => {
      await page.reload();
      await page.getByText('a long one').last().waitFor();
      return (await page.locator('[data-look=answer] .md').allTextContents()).join('');
    };
    await expect.poll(kept, { timeout: 10_000 }).toMatch(/^word word/);
    expect((await kept()).length).toBeLessThan(words.length);
  });

  test('Regenerate adds a version, and both stay readable', async () => {
    await page.getByRole('link', { name: 'third words' }).click();
    await page.getByText('An answer to third words.').waitFor();
    product.upstream.next(textReply('Another answer.'));
    await page.getByRole('button', { name: 'Regenerate' }).press('Enter');
    await page.getByText('Another answer.').waitFor();
    await page.getByText('2/2').waitFor();
    await page.getByRole('button', { name: 'Previous version' }).press('Enter');
    await page.getByText('An answer to third words.').waitFor();
    await page.getByText('1/2').waitFor();
  });

  test('Ctrl+K finds a chat and opens it', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('answer to first');
    await page.locator('mark').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('An answer to first words.').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('arrow keys move, F2 renames, Delete deletes and Undo restores', async () => {
    await page.getByRole('link', { name: 'second words' }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await focusedName(page)).toBe('first words');
    await page.keyboard.press('F2');
    await page.keyboard.type('renamed words');
    await page.keyboard.press('Enter');
    const renamed = page.getByRole('link', { name: 'renamed words' });
    await renamed.waitFor();
    expect(await focusedName(page)).toBe('renamed words');
    await page.keyboard.press('Delete');
    await renamed.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await renamed.waitFor();
    await page.reload();
    await renamed.waitFor();
  });

  test('Tab reaches one row of the list, and its menu', async () => {
    await page.getByRole('button', { name: 'Search', exact: false }).first().focus();
    const reached: string[] = [];
    for (let presses = 0; presses < 4; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await focusedName(page));
    }
    expect(reached[0]).toBe('All chats');
    expect(reached[1]).toMatch(/ words$/);
    expect(reached.slice(2)).toEqual(['Actions', 'Settings']);
  });

  test('dialogs trap the focus, close on Esc and return the focus', async () => {
    const settings = page.getByRole('button', { name: 'Settings', exact: true });
    await settings.focus();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.waitFor();
    for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press('Tab');
    expect(
      await page.evaluate(`document.activeElement === document.body ||
        document.activeElement.closest('dialog') !== null`),
    ).toBe(true);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    expect(await focusedName(page)).toBe('Settings');
  });

  test('the model picker filters, moves and selects', async () => {
    await page.locator('.model-button').press('Enter');
    await page.keyboard.type('fake-large');
    await page.locator('[role=option]').nth(1).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.model-button', { hasText: 'fake-anthropic' }).waitFor();
    expect(await page.evaluate(`document.activeElement.className`)).toBe('model-button');
  });
});
