import type { Page } from 'playwright-core';

export const PASSPHRASE = 'three blind mice run';

/** Opens the printed link, sets up the vault and returns the recovery code. */
export async function walkFirstRun(
  page: Page,
  launchUrl: string,
  storage: 'keyring' | 'file',
): Promise<string> {
  await page.goto(launchUrl);
  await page.getByRole('heading', { name: 'Choose how to unlock Postern' }).waitFor();
  if (storage === 'file') {
    await page.getByLabel('Passphrase', { exact: true }).last().fill(PASSPHRASE);
    await page.getByLabel('Confirm passphrase').fill(PASSPHRASE);
  }
  await page.getByRole('button', { name: 'Continue' }).click();
  const code = (await page.getByLabel('Recovery code', { exact: true }).textContent()) ?? '';
  await page.getByLabel('I’ve saved the recovery code').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: /demo/i }).click();
  await page.getByLabel('Message', { exact: true }).waitFor();
  return code.trim();
}

/** Asks a question and waits for the complete answer. */
export async function ask(
  page: Page,
  question: string,
  key: 'Enter' | 'Control+Enter' = 'Control+Enter',
): Promise<void> {
  const finished = page.locator('[data-look=answer] .message-actions');
  const before = await finished.count();
  await page.getByLabel('Message', { exact: true }).fill(question);
  await sendWhenReady(page, key);
  await finished.nth(before).waitFor({ state: 'attached' });
}

/** Sends the message once the models have loaded, because the page sends nothing before. */
export async function sendWhenReady(
  page: Page,
  key: 'Enter' | 'Control+Enter' = 'Control+Enter',
): Promise<void> {
  await page.getByRole('button', { name: 'Send', disabled: false }).waitFor();
  await page.keyboard.press(key);
}
