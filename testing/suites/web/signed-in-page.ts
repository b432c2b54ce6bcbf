import {
  freshHome,
  startChromium,
  startFakeUpstream,
  upPostern,
  type ChromiumOptions,
  type ChromiumSession,
  type FakeUpstream,
  type PosternUp,
  type FakeDialect,
  type RecordedRequest,
} from '@postern/testing';
import type { Page } from 'playwright-core';
import { walkFirstRun } from '../product/walk-first-run.ts';

/** Postern with an unlocked vault in a browser, and a fake upstream. */
export interface SignedInPage extends AsyncDisposable {
  readonly page: Page;
  readonly browser: ChromiumSession;
  readonly postern: PosternUp;
  readonly upstream: FakeUpstream;
  /** The environment of Postern's commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** The directories of Postern's user, and of the browser's profile. */
  readonly home: string;
  readonly profile: string;
}

/** Starts everything; the fake upstream is configured as providers `fake` and `fake-anthropic`. */
export async function signedInPage(
  options: Omit<ChromiumOptions, 'origins'> = {},
): Promise<SignedInPage> {
  const stack = new AsyncDisposableStack();
  const home = stack.use(freshHome());
  const upstream = stack.adopt(await startFakeUpstream(), async (fake) => {
    await fake.close();
  });
  const postern = stack.use(await upPostern({ environment: home.environment }));
  const browser = stack.use(await startChromium({ ...options, origins: [postern.pageAddress] }));
  await walkFirstRun(browser.page, postern.launchUrl, 'file');
  await addEndpoint(browser.page, 'fake', 'openai-chat', upstream);
  await addEndpoint(browser.page, 'fake-anthropic', 'anthropic-messages', upstream);
  await browser.page.reload();
  // The page is loaded before it has its data and shows a screen.
  await browser.page.getByRole('heading', { level: 1 }).waitFor();
  return {
    page: browser.page,
    browser,
    postern,
    upstream,
    environment: home.environment,
    home: home.path,
    profile: browser.profile,
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync();
    },
  };
}

async function addEndpoint(
  page: Page,
  id: string,
  dialect: FakeDialect,
  upstream: FakeUpstream,
): Promise<void> {
  await callApi(page, 'POST', '/api/providers', {
    id,
    label: id,
    dialect,
    baseUrl: upstream.baseUrls[dialect],
    auth: dialect === 'openai-chat' ? 'bearer' : 'x-api-key',
  });
  await callApi(page, 'PUT', `/api/providers/${id}/key`, { key: 'sk-fake-key-of-the-test' });
}

/** Sends a request to the app API from the page. */
export async function callApi(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const request = JSON.stringify({
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return await page.evaluate(`fetch(${JSON.stringify(path)}, {
    ...${request},
    headers: {
      'content-type': 'application/json',
      'x-postern-session': sessionStorage.getItem('postern-session'),
    },
  }).then(async (answer) => {
    const text = await answer.text();
    if (!answer.ok) throw new Error(answer.status + ' ' + text);
    return text === '' ? undefined : JSON.parse(text);
  })`);
}

/**
 * The questions that arrived, oldest first. The page also lists models in the background, so an index into all requests
 * says nothing.
 */
export function questionsOf({ upstream }: SignedInPage): readonly RecordedRequest[] {
  return upstream.requests.filter(({ method }) => method === 'POST');
}

/** Selects a model for the open conversation by keyboard. */
export async function pickModel(page: Page, words: string): Promise<void> {
  await page.locator('.model-button').click();
  await page.getByLabel('Search models').fill(words);
  await page.locator('[role=option][aria-selected=true]').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Opens a new chat (`#/`) or a stored one (`#/c/ID`) and waits until the page shows it. */
export async function goTo(page: Page, fragment: string): Promise<void> {
  const id = fragment.split('/')[2];
  const shown =
    id === undefined
      ? page.locator('.empty-chat').waitFor()
      : page.waitForResponse((response) => response.url().includes(`/api/conversations/${id}`));
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  await shown;
  await page.getByLabel('Message', { exact: true }).waitFor();
}
