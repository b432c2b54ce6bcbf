import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { skipBecause, whyNoPrograms } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { ask, PASSPHRASE } from '../product/walk-first-run.ts';
import { callApi, goTo, signedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('erasing in Chromium', why))('erasing everything in the page', () => {
  test('needs the passphrase, leaves nothing, stops Postern and clears the browser', async () => {
    await using product = await signedInPage();
    const { page, browser, postern, environment } = product;
    const data = join(environment['HOME'] ?? '', '.local', 'share', 'postern');
    await goTo(page, '#/');
    await ask(page, 'Before the end');
    await expect(
      callApi(page, 'POST', '/api/erase', { confirmation: 'erase everything' }),
    ).rejects.toThrow('403');
    await page.evaluate("location.hash = '#/settings/storage'");
    await page.getByText('Chats and attachments').waitFor();
    await page.getByRole('button', { name: 'Erase…' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Passphrase').waitFor();
    await page.keyboard.type('not the passphrase');
    await page.getByLabel('Type “erase everything”').fill('erase everything');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(existsSync(join(data, 'conversations.db'))).toBe(true);
    await page.getByRole('dialog').getByLabel('Passphrase').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Everything is erased' }).waitFor();
    await postern.program.ended;
    expect(existsSync(data)).toBe(false);
    expect(await page.getByText('Before the end').count()).toBe(0);
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    const others = browser.complaints().filter(({ text }) => !/403|ERR_/.test(text));
    expect(others).toEqual([]);
  });
});
