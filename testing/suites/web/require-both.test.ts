import {
  skipBecause,
  startChromium,
  startKeyringSession,
  upPostern,
  whyNoKeyringSession,
  whyNoPrograms,
} from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, walkFirstRun } from '../product/walk-first-run.ts';

const why = whyNoKeyringSession() ?? whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('a passphrase on top of the keyring in Chromium', why))(
  'requiring passphrase and keyring in the page',
  () => {
    test('is turned on by keyboard, then asks after a lock and a restart, and is turned off', async () => {
      await using session = await startKeyringSession('unlocked');
      const { environment } = session;
      {
        await using postern = await upPostern({ environment });
        await using browser = await startChromium({ origins: [postern.pageAddress] });
        const { page } = browser;
        await walkFirstRun(page, postern.launchUrl, 'keyring');
        await ask(page, 'Before the change');
        await page.evaluate("location.hash = '#/settings/privacy'");
        const toggle = page.getByRole('switch', { name: 'Require passphrase and keyring' });
        await toggle.focus();
        await page.keyboard.press('Space');
        const dialog = page.getByRole('dialog', { name: 'Require passphrase and keyring' });
        await dialog.getByLabel('New passphrase').waitFor();
        await page.keyboard.type(PASSPHRASE);
        await dialog.getByLabel('Confirm passphrase').fill(PASSPHRASE);
        await page.keyboard.press('Enter');
        const code = page.getByLabel('Recovery code', { exact: true });
        expect(await code.textContent()).toMatch(/^postern1-/);
        await page.getByLabel('I’ve saved the recovery code').check();
        await page.keyboard.press('Enter');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        expect(await toggle.isChecked()).toBe(true);

        await page.getByRole('button', { name: 'Lock now' }).click();
        await page.getByRole('heading', { name: 'Postern is locked' }).waitFor();
        expect(await page.getByRole('button', { name: 'Use keyring' }).count()).toBe(0);
        await page.getByLabel('Passphrase', { exact: true }).fill('not the passphrase');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
        await page.keyboard.press('Enter');
        await page.getByRole('link', { name: 'Before the change' }).waitFor();
        const others = browser.complaints().filter(({ text }) => !/40[13]|423/.test(text));
        expect(others).toEqual([]);
      }
      await using postern = await upPostern({ environment });
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      const { page } = browser;
      await page.goto(postern.launchUrl);
      await page.getByRole('heading', { name: 'Postern is locked' }).waitFor();
      await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Before the change' }).waitFor();
      await page.evaluate("location.hash = '#/settings/privacy'");
      const toggle = page.getByRole('switch', { name: 'Require passphrase and keyring' });
      await toggle.click();
      await page.getByLabel('Current passphrase').fill(PASSPHRASE);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await toggle.isChecked()).toBe(false);
      await page.getByRole('link', { name: 'Before the change' }).waitFor();
    });
  },
);
