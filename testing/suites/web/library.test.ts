import { runPostern, skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE } from '../product/walk-first-run.ts';
import { callApi, goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);

/** Names and texts that try to run, to hide and to reorder. */
const HOSTILE = '<img src=//evil.example/x onerror=alert(1)>';

const message = (page: Page): ReturnType<Page['getByLabel']> =>
  page.getByLabel('Message', { exact: true });
const options = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('option');

describe.skipIf(skipBecause('the library in Chromium', why))('the library', () => {
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

  async function secondPage(): Promise<Page> {
    const second = await product.browser.context.newPage();
    const opened = await runPostern(['open'], {
      environment: product.environment,
      passphrase: PASSPHRASE,
    });
    await second.goto(opened.stdout.trim());
    await message(second).waitFor();
    return second;
  }

  test('has favourite models, by keyboard, which every page shows first', async () => {
    await goTo(page, '#/');
    await page.locator('.model-button').click();
    await page.keyboard.type('gpt-fake-large');
    await page
      .locator('[role=option][aria-selected=true]', { hasText: 'gpt-fake-large' })
      .waitFor();
    await page.keyboard.press('Control+d');
    await page.getByText('is a favourite.').waitFor({ state: 'attached' });
    expect(await page.locator('.picker-query:focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    const second = await secondPage();
    await second.locator('.model-button').click();
    await second.getByText('Favourites').waitFor();
    await expect
      .poll(async () => await options(second).first().textContent())
      .toContain('gpt-fake-large');
    // By mouse: the star doesn't choose the model.
    await options(second).first().locator('.picker-star').click();
    await second.getByText('Favourites').waitFor({ state: 'detached' });
    await second.getByRole('dialog').waitFor();
    await second.close();
  });

  test('shows hundreds of models and moves through them at once', async () => {
    const models = Array.from(
      { length: 400 },
      (_, at) => `vendor/model-${String(at).padStart(3, '0')}`,
    );
    await callApi(page, 'POST', '/api/providers', {
      ...{ id: 'many', label: 'Many', dialect: 'openai-chat', auth: 'none', models },
      baseUrl: 'http://127.0.0.1:9/v1',
    });
    await goTo(page, '#/');
    await page.locator('.model-button').click();
    await page.getByLabel('Search models').fill('vendor/model');
    await expect
      .poll(async () => await options(page).first().getAttribute('aria-setsize'))
      .toBe('400');
    expect(await options(page).count()).toBeLessThan(60);
    await page.keyboard.press('ArrowUp');
    const last = page.locator('[role=option][aria-selected=true]');
    await expect.poll(async () => await last.textContent()).toContain('model-399');
    await expect.poll(async () => await last.isVisible()).toBe(true);
    const box = await last.boundingBox();
    const list = await page.locator('.picker-list').boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(
      (list?.y ?? 0) + (list?.height ?? 0),
    );
    await page.keyboard.press('Escape');
    await callApi(page, 'DELETE', '/api/providers/many');
  });

  test('has prompts with variables, written, found and filled in by keyboard alone', async () => {
    const { upstream } = product;
    await page.evaluate("location.hash = '#/settings/library'");
    await page.getByRole('button', { name: 'New prompt' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Translate');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Translate into {{language:German}}: {{text}}');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Prompt “Translate” saved.').waitFor();
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    await message(page).focus();
    await page.keyboard.type('/tr');
    await options(page).filter({ hasText: 'Translate' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Translate' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('Good morning');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const before = upstream.requests.length;
    await expect
      .poll(async () => await message(page).inputValue())
      .toBe('Translate into German: Good morning');
    await page.locator('textarea:focus').waitFor();
    expect(upstream.requests).toHaveLength(before);
    upstream.next(textReply('Guten Morgen'));
    await page.keyboard.press('Enter');
    await page.getByText('Guten Morgen').waitFor();
    expect(JSON.stringify(upstream.requests.at(-1)?.json)).toContain(
      'Translate into German: Good morning',
    );
  });

  test('shows hostile names and texts as text', async () => {
    await callApi(page, 'POST', '/api/prompts', { name: HOSTILE, text: `${HOSTILE} {{a}}` });
    await callApi(page, 'POST', '/api/presets', {
      name: HOSTILE,
      settings: { systemPrompt: HOSTILE },
      model: { provider: 'gone', model: HOSTILE },
    });
    await page.evaluate("location.hash = '#/settings/library'");
    await expect.poll(async () => await page.getByText(HOSTILE).count()).toBeGreaterThan(2);
    await page
      .getByRole('button', { name: `Edit ${HOSTILE}` })
      .first()
      .click();
    await page.getByRole('dialog', { name: 'Edit preset' }).waitFor();
    await page.keyboard.press('Escape');
    await goTo(page, '#/');
    await message(page).fill('/<img');
    await options(page).filter({ hasText: HOSTILE }).first().click();
    await page.getByRole('dialog', { name: HOSTILE }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(async () => await message(page).inputValue()).toBe(`${HOSTILE} `);
    await message(page).fill('');
    expect(await page.locator('img[src*=evil]').count()).toBe(0);
  });

  test('has presets, made from a chat’s settings and applied to another', async () => {
    const { upstream } = product;
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    await page.keyboard.press('Control+Shift+Comma');
    await page.getByLabel('System prompt').fill('Answer in verse.');
    await page.getByRole('button', { name: 'Save as preset…' }).click();
    const editor = page.getByRole('dialog', { name: 'New preset' });
    await editor.getByLabel('Name').fill('Verse');
    await editor.getByLabel('Use for new chats').check();
    await editor.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Preset “Verse” saved.').waitFor();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    // New chats begin with it.
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
    upstream.next(textReply('Rhyme.'));
    await ask(page, 'Hello');
    expect(upstream.requests.at(-1)?.json).toMatchObject({
      model: 'gpt-fake-large',
      messages: [{ role: 'system', content: 'Answer in verse.' }, { role: 'user' }],
    });
    await goTo(page, '#/');
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
    // Another page makes it no default any more, and this page follows.
    const second = await secondPage();
    await second.evaluate("location.hash = '#/settings/library'");
    await second.getByRole('button', { name: 'Clear default: Verse' }).click();
    await page.getByRole('button', { name: 'System prompt' }).waitFor({ state: 'detached' });
    await second.getByRole('button', { name: 'Delete Verse' }).click();
    await second.getByText('Preset “Verse” deleted.').waitFor();
    await second.getByRole('button', { name: 'Undo' }).click();
    await second.getByRole('button', { name: 'Edit Verse' }).waitFor();
    await second.close();
    await page.keyboard.press('Control+Shift+Comma');
    await page.getByRole('button', { name: 'Apply preset' }).click();
    await page.getByRole('menuitem', { name: 'Verse' }).click();
    await expect
      .poll(async () => await page.getByLabel('System prompt').inputValue())
      .toBe('Answer in verse.');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'System prompt' }).waitFor();
  });
});
