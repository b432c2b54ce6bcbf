import { skipBecause, whyNoPrograms } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { ask, PASSPHRASE } from '../product/walk-first-run.ts';
import { goTo, signedInPage } from './signed-in-page.ts';

const NEXT = 'four calling birds today';
const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('key slots in Chromium', why))('the key slots in the page', () => {
  test('a new passphrase by keyboard alone; the page stays signed in, with its chats', async () => {
    await using product = await signedInPage();
    const { page, browser } = product;
    await goTo(page, '#/');
    await ask(page, 'Before the change');
    await page.evaluate("location.hash = '#/settings/storage'");
    await page.getByRole('button', { name: 'Change…' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Current passphrase').waitFor();
    await page.keyboard.type(PASSPHRASE);
    await page.getByLabel('New passphrase').fill(NEXT);
    await page.getByLabel('Confirm passphrase').fill(NEXT);
    await page.keyboard.press('Enter');
    const code = await page.getByLabel('Recovery code', { exact: true }).textContent();
    expect(code).toMatch(/^postern1-/);
    await page.keyboard.press('Escape');
    await page.getByText('Save the code before you continue.').waitFor();
    await page.getByLabel('I’ve saved the recovery code').check();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Before the change' }).waitFor();

    await page.getByRole('button', { name: 'Lock now' }).click();
    await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Use recovery code' }).click();
    await page.getByLabel('Recovery code').fill(code ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Set passphrase' }).click();
    await page.getByRole('heading', { name: 'Unlocking' }).waitFor();
    await page.getByRole('link', { name: 'Before the change' }).waitFor();
    const others = browser.complaints().filter(({ text }) => !/40[13]|423/.test(text));
    expect(others).toEqual([]);
  });
});
