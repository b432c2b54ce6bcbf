// How the page keeps up in a full home, in Chromium: npm run bench:web. It needs some minutes, most of them to store
// the chats, and 2 GB in /dev/shm. `--small` tries it with few chats.
import {
  startChromium,
  startFakeUpstream,
  textReply,
  type ChromiumSession,
  type FakeUpstream,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { benchHome, PLAN, type BenchHome } from './chat/home-of-bench.ts';
import { heading, line, print, times } from './chat/measure.ts';
import { createProse } from './chat/prose.ts';

const KEYS = 150;
/** Twice as fast as a fast typist. */
const KEY_EVERY_MS = 50;

/** Runs in the page: the time from a key press until the frame that shows it has been painted. */
const WATCH_KEYS = `
  globalThis.keyTimes = [];
  addEventListener('keydown', (event) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => keyTimes.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    });
  }, true);
`;

/** Runs in the page: the time between frames, until it is read. */
const WATCH_FRAMES = `
  globalThis.frameTimes = [];
  {
    let last = performance.now();
    const frame = (now) => { frameTimes.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  }
`;

async function take(page: Page, name: string): Promise<readonly number[]> {
  return await page.evaluate<readonly number[]>(`(() => {
    const taken = ${name};
    ${name} = [];
    return taken;
  })()`);
}

async function typeKeys(page: Page): Promise<readonly number[]> {
  await take(page, 'keyTimes');
  for (let at = 0; at < KEYS; at += 1) {
    await page.keyboard.press(at % 6 === 5 ? 'Space' : 'KeyE');
    await page.waitForTimeout(KEY_EVERY_MS);
  }
  await page.getByLabel('Message', { exact: true }).fill('');
  return await take(page, 'keyTimes');
}

/** Opens a chat by its address, until the last message has been painted. */
async function open(page: Page, id: string): Promise<number> {
  return await page.evaluate<number>(`new Promise((resolve) => {
    const start = performance.now();
    location.hash = '#/c/${id}';
    const look = () => {
      const shown = document.querySelectorAll('.message').length > 1 && !document.querySelector('.chat-skeleton');
      if (shown) requestAnimationFrame(() => resolve(performance.now() - start));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);
}

async function goToNewChat(page: Page): Promise<void> {
  await page.evaluate(`location.hash = '#/'`);
  await page.locator('.empty-chat').waitFor();
}

async function addUpstream(page: Page, upstream: FakeUpstream): Promise<void> {
  await page.evaluate(`(async () => {
    const send = (method, path, body) => fetch(path, {
      method,
      headers: { 'content-type': 'application/json', 'x-postern-session': sessionStorage.getItem('postern-session') },
      body: JSON.stringify(body),
    });
    await send('POST', '/api/providers', {
      id: 'fake', label: 'fake', dialect: 'openai-chat', auth: 'bearer',
      baseUrl: ${JSON.stringify(upstream.baseUrls['openai-chat'])},
    });
    await send('PUT', '/api/providers/fake/key', { key: 'sk-fake-key-of-the-benchmark' });
  })()`);
  await page.reload();
  await page.locator('.model-button').click();
  await page.getByLabel('Search models').fill('gpt-fake-large');
  await page.locator('[role=option][aria-selected=true]').waitFor();
  await page.keyboard.press('Enter');
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send', disabled: false }).waitFor();
  await page.keyboard.press('Control+Enter');
}

const answered = async (page: Page, before: number): Promise<void> => {
  await page
    .locator('[data-look=answer] .message-actions')
    .nth(before)
    .waitFor({ state: 'attached' });
};

/** Streams an answer, and returns the milliseconds until its end and the times between frames. */
async function stream(
  page: Page,
  upstream: FakeUpstream,
  text: string,
  whileStreaming?: () => Promise<void>,
): Promise<{ readonly took: number; readonly frames: readonly number[] }> {
  upstream.next(textReply(text));
  const before = await page.locator('[data-look=answer] .message-actions').count();
  await take(page, 'frameTimes');
  const start = performance.now();
  await send(page, 'Answer at length.');
  await whileStreaming?.();
  await answered(page, before);
  const took = performance.now() - start;
  return { took, frames: await take(page, 'frameTimes') };
}

/** Loads the whole list of chats by scrolling to its end. */
async function loadList(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const box = [...document.querySelectorAll('nav, nav *')].find((one) => one.scrollHeight > one.clientHeight + 100);
    let [height, still] = [0, 0];
    while (box !== undefined && still < 20) {
      box.scrollTop = box.scrollHeight;
      await new Promise((done) => setTimeout(done, 50));
      still = box.scrollHeight === height ? still + 1 : 0;
      height = box.scrollHeight;
    }
  })()`);
}

async function heapMegabytes({ context, page }: ChromiumSession): Promise<number> {
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const usage = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usage.usedSize / 1024 / 1024;
}

async function run(
  home: BenchHome,
  browser: ChromiumSession,
  upstream: FakeUpstream,
): Promise<void> {
  const { page } = browser;
  const { longest } = home.seeded;
  await page.goto(home.postern.launchUrl);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await addUpstream(page, upstream);
  await page.evaluate(WATCH_KEYS);
  await page.evaluate(WATCH_FRAMES);
  heading('In the page, in milliseconds');
  const opened: number[] = [];
  await times(20, async () => {
    await goToNewChat(page);
    opened.push(await open(page, longest));
  });
  line('open the longest chat', opened.slice(5), '≤ 150 (p50)');
  line('key to paint in it', await typeKeys(page), '≤ 16 (p99)');
  const prose = createProse(2);
  let keys: readonly number[] = [];
  const mixed = Array.from({ length: 60 }, () => prose.answer()).join('\n\n');
  const { frames } = await stream(page, upstream, mixed, async () => {
    keys = await typeKeys(page);
  });
  line('key to paint while an answer streams into it', keys, '≤ 20 (p99)');
  line('between frames meanwhile', frames, '≤ 20');
  await loadList(page);
  line('key to paint with the whole list loaded', await typeKeys(page), '≤ 16 (p99)');
  print(`    ${String(await page.locator('*').count())} elements in the page`);
  await goToNewChat(page);
  await send(page, 'A short one.');
  await answered(page, 0);
  const huge = Array.from({ length: 2000 }, () => prose.answer())
    .join('\n\n')
    .slice(0, 300_000);
  const { took, frames: hugeFrames } = await stream(page, upstream, huge);
  line('300 kB of answer, to its end', [took], '≤ 3500');
  line('between frames meanwhile', hugeFrames, '≤ 20');
  const id = new URL(page.url()).hash.split('/')[2] ?? '';
  await goToNewChat(page);
  await page.reload();
  await page.locator('.empty-chat').waitFor();
  line('300 kB of answer, opened again', [await open(page, id)], '≤ 300');
  const { now, highest } = home.memory();
  print();
  print(
    `  the page has ${(await heapMegabytes(browser)).toFixed(0)} MB of JavaScript objects (goal ≤ 150)`,
  );
  print(`  the process has ${now.toFixed(0)} MB, at most ${highest.toFixed(0)} MB (goal ≤ 150)`);
}

print(`Storing ${String(PLAN.messages)} messages in ${String(PLAN.chats)} chats…`);
await using home = await benchHome(PLAN);
await using browser = await startChromium({ origins: [home.postern.pageAddress] });
const upstream = await startFakeUpstream();
try {
  await run(home, browser, upstream);
} finally {
  await upstream.close();
}
