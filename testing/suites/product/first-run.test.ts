import {
  freshHome,
  runPostern,
  skipBecause,
  startChromium,
  upPostern,
  whyNoPrograms,
  type FreshHome,
} from '@postern/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, PASSPHRASE, walkFirstRun } from './walk-first-run.ts';

describe.skipIf(skipBecause('first run in Chromium', whyNoPrograms(['chromium'])))(
  'first run without a keyring',
  () => {
    let home: FreshHome;

    beforeEach(() => {
      home = freshHome();
    });

    afterEach(() => {
      home[Symbol.dispose]();
    });

    test('with a passphrase leads to a streamed answer that persists after a restart', async () => {
      const environment = { environment: home.environment };
      let address: string;
      {
        await using postern = await upPostern(environment);
        ({ address } = postern);
        await using browser = await startChromium({ origins: [postern.pageAddress] });
        const code = await walkFirstRun(browser.page, postern.launchUrl, 'file');
        expect(code).toMatch(/^postern1(-[a-z0-9]{4})+$/);
        await ask(browser.page, 'Show me a table, please');
        expect(await browser.page.locator('article table').count()).toBeGreaterThan(0);
        expect(browser.page.url()).not.toContain('launch');
        expect(browser.complaints()).toEqual([]);
        const ended = await postern.stop('SIGTERM');
        expect(ended.code).toBe(0);
      }
      await using again = await upPostern({ ...environment, port: Number(new URL(address).port) });
      await using browser = await startChromium({ origins: [again.pageAddress] });
      await browser.page.goto(again.launchUrl);
      await browser.page.getByLabel('Passphrase', { exact: true }).fill('not the passphrase');
      await browser.page.keyboard.press('Enter');
      await browser.page.getByText(/Can’t open the vault/).waitFor();
      await browser.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
      await browser.page.keyboard.press('Enter');
      await browser.page.getByRole('link', { name: /Show me a table/ }).click();
      await browser.page.locator('article table').first().waitFor();
    });

    test('the recovery code opens the vault', async () => {
      const environment = { environment: home.environment };
      let code: string;
      {
        await using postern = await upPostern(environment);
        await using browser = await startChromium({ origins: [postern.pageAddress] });
        code = await walkFirstRun(browser.page, postern.launchUrl, 'file');
      }
      await using postern = await upPostern(environment);
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      await browser.page.goto(postern.launchUrl);
      await browser.page.getByRole('button', { name: /recovery code/i }).click();
      await browser.page.getByLabel(/recovery code/i).fill(code);
      await browser.page.keyboard.press('Enter');
      await browser.page.getByLabel('Message', { exact: true }).waitFor();
    });

    test('offers to unlock a vault that a command created meanwhile', async () => {
      const environment = { environment: home.environment };
      await using postern = await upPostern(environment);
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      const { page } = browser;
      await page.goto(postern.launchUrl);
      await page.getByRole('heading', { name: /how to unlock Postern/ }).waitFor();
      const made = await runPostern(['secret', 'set', 'groq'], {
        ...environment,
        passphrase: PASSPHRASE,
        input: 'gsk_0123456789012345678901234567890123456789012345678901',
      });
      expect(made.code).toBe(0);
      await page.getByLabel('Passphrase', { exact: true }).last().fill('another passphrase');
      await page.getByLabel('Confirm passphrase').fill('another passphrase');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Unlock' }).waitFor();
      await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
      await page.keyboard.press('Enter');
      await page.getByLabel('Message', { exact: true }).waitFor();
    });

    test('a used link asks for a new one and shows no data', async () => {
      await using postern = await upPostern({ environment: home.environment });
      await using browser = await startChromium({ origins: [postern.pageAddress] });
      await browser.page.goto(postern.launchUrl);
      await browser.page.getByRole('heading', { name: /how to unlock Postern/ }).waitFor();
      await browser.context.clearCookies();
      await browser.page.goto('about:blank');
      await browser.page.goto(postern.launchUrl);
      await browser.page.getByText('postern open').first().waitFor();
    });
  },
);
