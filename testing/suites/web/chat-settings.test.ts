import { runPostern, skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);

const dialog = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('dialog', { name: 'Chat settings' });

async function openSettings(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+Comma');
  await dialog(page).waitFor();
}

async function done(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Done' }).click();
  await dialog(page).waitFor({ state: 'detached' });
}

describe.skipIf(skipBecause('chat settings in Chromium', why))('the settings of a chat', () => {
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

  test('are chosen by keyboard before the first message, checked, sent and kept', async () => {
    const { upstream } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    await openSettings(page);
    await page.getByLabel('System prompt').fill('Answer in verse.');
    await page.getByLabel('Temperature').fill('warm');
    await page.getByLabel('Reasoning effort').selectOption('Low');
    await page.keyboard.press('Escape');
    await page.getByText('Enter a number from 0 to 2.').waitFor();
    await page.getByLabel('Temperature').fill('0,4');
    await page.keyboard.press('Enter');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
    // The settings belong to the draft, and so they stay.
    await page.reload();
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
    upstream.next(textReply('Done.'));
    await ask(page, 'Hello');
    expect(upstream.requests.at(-1)?.json).toMatchObject({
      messages: [
        { role: 'system', content: 'Answer in verse.' },
        { role: 'user', content: 'Hello' },
      ],
      temperature: 0.4,
      reasoning_effort: 'low',
    });
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
    const chat = await page.evaluate<string>('location.hash');
    await goTo(page, '#/');
    await page.getByRole('button', { name: 'System prompt' }).waitFor({ state: 'detached' });
    await goTo(page, chat);
    await page.getByRole('button', { name: 'System prompt' }).click();
    expect(await page.getByLabel('Temperature').inputValue()).toBe('0.4');
    await done(page);
  });

  test('say what the chosen model does not take', async () => {
    await goTo(page, '#/');
    await pickModel(page, 'slow');
    await openSettings(page);
    await page.getByLabel('Temperature').fill('1');
    await page.getByText('This model takes no temperature with these settings.').waitFor();
    await done(page);
    await page.getByRole('button', { name: 'Not all settings are sent' }).waitFor();
    await pickModel(page, 'gpt-fake-large');
    await page
      .getByRole('button', { name: 'Not all settings are sent' })
      .waitFor({ state: 'detached' });
    await openSettings(page);
    await page.getByLabel('Temperature').fill('');
    await done(page);
  });

  test('that two pages change are not replaced unseen', async () => {
    const { browser, environment } = product;
    const second = await browser.context.newPage();
    const opened = await runPostern(['open'], { environment, passphrase: PASSPHRASE });
    await second.goto(opened.stdout.trim());
    await second.getByLabel('Message', { exact: true }).waitFor();
    await goTo(page, '#/');
    await openSettings(page);
    await openSettings(second);
    await second.getByLabel('System prompt').fill('From the second page.');
    await done(second);
    // The first page has no change of its own.
    await expect
      .poll(async () => await page.getByLabel('System prompt').inputValue())
      .toBe('From the second page.');
    await page.getByLabel('System prompt').fill('From the first page.');
    await openSettings(second);
    await second.getByLabel('System prompt').fill('');
    await done(second);
    await page.getByText('Another page has changed these settings.').waitFor();
    expect(await page.getByLabel('System prompt').inputValue()).toBe('From the first page.');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'System prompt' }).count()).toBe(0);
    await second.close();
  });
});
