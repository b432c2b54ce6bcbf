import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freshHome, startChromium, upPostern } from '@postern/testing';
import { ask, walkFirstRun } from '../suites/product/walk-first-run.ts';

/*
 * Takes the screenshots for the documentation from the running product: `npm run docs:images`. With a
 * directory as the argument it also saves every screen there, in all sizes.
 */

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const SIZES = [
  { name: 'wide', width: 1600, height: 900 },
  { name: 'laptop', width: 1280, height: 800 },
  { name: 'tablet', width: 768, height: 1024 },
  { name: 'phone', width: 360, height: 740 },
] as const;

const everything = process.argv[2];
mkdirSync(IMAGES, { recursive: true });
using home = freshHome();
await using postern = await upPostern({ environment: home.environment });
await using browser = await startChromium({ origins: [postern.pageAddress], reducedMotion: true });
const { page } = browser;
await page.setViewportSize({ width: 1280, height: 800 });
await walkFirstRun(page, postern.launchUrl, 'file');
await ask(page, 'Hello! What can you do?');
const messages = page.getByRole('region', { name: 'Messages' });
await messages.press('Home');
// Without the focus outline.
await messages.blur();
await page.waitForTimeout(300);
await page.screenshot({ path: join(IMAGES, 'chat-light.png') });
await page.emulateMedia({ colorScheme: 'dark' });
await page.waitForTimeout(300);
await page.screenshot({ path: join(IMAGES, 'chat-dark.png') });

if (everything !== undefined) {
  mkdirSync(everything, { recursive: true });
  const chat = page.url();
  const places = [
    ['chat', chat],
    ['new', `${postern.pageAddress}/#/`],
    ['providers', `${postern.pageAddress}/#/settings/providers`],
    ['gateway', `${postern.pageAddress}/#/settings/gateway`],
    ['appearance', `${postern.pageAddress}/#/settings/appearance`],
    ['storage', `${postern.pageAddress}/#/settings/storage`],
    ['trash', `${postern.pageAddress}/#/settings/trash`],
    ['sessions', `${postern.pageAddress}/#/settings/sessions`],
  ] as const;
  for (const [place, url] of places) {
    await page.goto(url);
    for (const { name, width, height } of SIZES) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(everything, `${place}-${name}-${colorScheme}.png`) });
      }
    }
  }
}
process.stdout.write(`${String(browser.complaints().length)} browser errors\n`);
