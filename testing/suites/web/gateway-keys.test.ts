import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedInPage, type SignedInPage } from './signed-in-page.ts';

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('gateway keys in Chromium', why))('a gateway key of the page', () => {
  let product: SignedInPage;

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
  });

  afterAll(async () => {
    expect(product.browser.complaints()).toEqual([]);
    await product[Symbol.asyncDispose]();
  });

  async function statusOfUse(key: string): Promise<number> {
    product.upstream.next(textReply('Hello'));
    const response = await fetch(`${product.postern.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'fake/gpt-fake-large',
        messages: [{ role: 'user', content: 'Hi' }],
      }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  test('is created by keyboard, works at once, and is refused once it is revoked', async () => {
    const { page } = product;
    await page.evaluate("location.hash = '#/settings/gateway'");
    await page.getByRole('button', { name: 'New key…' }).press('Enter');
    await page.getByLabel('Name').fill('laptop');
    await page.keyboard.press('Enter');
    const shown = page.getByRole('dialog', { name: 'Key for laptop' });
    const key = ((await shown.locator('code').first().textContent()) ?? '').trim();
    expect(key).toMatch(/^sk-postern-/);
    await page.keyboard.press('Escape');
    await shown.waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(key);
    expect(await statusOfUse(key)).toBe(200);
    await page.getByRole('button', { name: /^Disable/ }).click();
    await page.getByRole('button', { name: /^Enable/ }).waitFor();
    expect(await statusOfUse(key)).toBe(401);
    await page.getByRole('button', { name: /^Enable/ }).click();
    await page.getByRole('button', { name: /^Disable/ }).waitFor();
    expect(await statusOfUse(key)).toBe(200);
    await page.getByRole('button', { name: /^Revoke/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The dialog closes before the key is revoked.
    await expect.poll(async () => await statusOfUse(key)).toBe(401);
  });
});
