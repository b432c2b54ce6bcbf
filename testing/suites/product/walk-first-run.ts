import type { Page } from 'playwright-core';

export const PASSPHRASE = 'three blind mice run';

/** Opens the printed link and sets the vault up; the recovery code that was shown. */
export async function walkFirstRun(
  page: Page,
  launchUrl: string,
  storage: 'keyring' | 'file',
): Promise<string> {
  await page.goto(launchUrl);
  await page.getByRole('heading', { name: 'Where should your secrets live?' }).waitFor();
  if (storage === 'file') {
    await page.getByLabel('Passphrase', { exact: true }).last().fill(PASSPHRASE);
    await page.getByLabel('The same once more').fill(PASSPHRASE);
  }
  await page.getByRole('button', { name: 'Continue' }).click();
  const code = (await page.getByLabel('Recovery code', { exact: true }).textContent()) ?? '';
  await page.getByLabel('I have stored the recovery code').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: /demo/i }).click();
  await page.getByLabel('Message', { exact: true }).waitFor();
  return code.trim();
}

/** Asks a question and waits until the answer is whole. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(question);
  // Nothing can be sent before there is a model to send it to, which a keyring may hold up.
  await page.getByRole('button', { name: 'Send', disabled: false }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: /^Stop/ }).waitFor();
  await page.getByRole('button', { name: /^Stop/ }).waitFor({ state: 'detached', timeout: 60_000 });
}
