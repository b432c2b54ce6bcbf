import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freshHome,
  startChromium,
  startFakeUpstream,
  textReply,
  upPostern,
} from '@postern/testing';
import { ask, sendWhenReady, walkFirstRun } from '../suites/product/walk-first-run.ts';
import { callApi, goTo, pickModel } from '../suites/web/signed-in-page.ts';
import { ANSWER, MODELS, OTHER_TITLES, QUESTION, SHORT_ANSWERS } from './garden-chats.ts';

/*
 * Takes the pictures of the documentation from the running product: `npm run docs:images`. Each is taken
 * in light and dark.
 */

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');
const QUALITY = 82;

/** Fonts are loaded, and the colours have changed. */
const SETTLED = `(async () => {
  await document.fonts.ready;
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  for (const animation of document.getAnimations()) {
    if (animation.effect.getComputedTiming().endTime < Infinity) animation.finish();
  }
  await new Promise(requestAnimationFrame);
})()`;

mkdirSync(IMAGES, { recursive: true });
using home = freshHome();
const upstream = await startFakeUpstream({ models: { 'openai-chat': MODELS } });
await using postern = await upPostern({ environment: home.environment });
await using browser = await startChromium({ origins: [postern.pageAddress], reducedMotion: true });
const { page, context } = browser;
const devtools = await context.newCDPSession(page);

/** Saves what is shown, without a focus outline. */
async function shoot(name: string): Promise<void> {
  await page.mouse.move(640, 1);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(SETTLED);
    const shot = { format: 'webp', quality: QUALITY } as const;
    const { data } = await devtools.send('Page.captureScreenshot', shot);
    writeFileSync(join(IMAGES, `${name}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function openNew(): Promise<void> {
  await goTo(page, '#/');
  await pickModel(page, MODELS[0].id);
}

await page.setViewportSize({ width: 1280, height: 800 });
await walkFirstRun(page, postern.launchUrl, 'file');
await callApi(page, 'POST', '/api/providers', {
  ...{ id: 'shed', label: 'My model server', dialect: 'openai-chat', auth: 'bearer' },
  baseUrl: upstream.baseUrls['openai-chat'],
});
await callApi(page, 'PUT', '/api/providers/shed/key', { key: 'sk-a-key-of-the-pictures' });
for (const title of OTHER_TITLES) await callApi(page, 'POST', '/api/conversations', { title });
await page.reload();
await page.getByRole('link', { name: OTHER_TITLES[0] }).waitFor();

await openNew();
upstream.next(textReply(ANSWER));
await ask(page, QUESTION);
await page.locator('.katex').first().waitFor();
await page.getByRole('region', { name: 'Messages' }).press('Home');
await page.getByLabel('Message', { exact: true }).blur();
await page.getByRole('region', { name: 'Messages' }).blur();
await shoot('chat');

await openNew();
await page.getByRole('button', { name: 'Compare models' }).click();
await page.getByLabel('Search models').fill(MODELS[1].id);
await page.locator('.compare-row[data-marked=true]').waitFor();
await page.keyboard.press('Enter');
await page.keyboard.press('Control+Enter');
await page.getByRole('list', { name: 'Models to compare' }).waitFor();
upstream.respond(({ json, path }) => {
  if (path.includes('/models')) return { kind: 'echo' };
  return textReply(SHORT_ANSWERS[JSON.stringify(json).includes(MODELS[1].id) ? 1 : 0]);
});
await page.getByLabel('Message', { exact: true }).fill(QUESTION);
await sendWhenReady(page);
await page
  .getByRole('button', { name: /^Continue with this answer/ })
  .nth(1)
  .waitFor();
await shoot('compare');

await page.keyboard.press('Control+k');
await page.getByLabel('Search titles and messages').fill('reclaimed');
await page.locator('dialog mark').first().waitFor();
await shoot('search');
await page.keyboard.press('Escape');

await page.keyboard.press('Control+Alt+p');
await page.getByRole('heading', { name: 'Private chat' }).waitFor();
await pickModel(page, MODELS[0].id);
await ask(page, QUESTION);
await shoot('private');
await upstream.close();
process.stdout.write(`${String(browser.complaints().length)} browser errors\n`);
