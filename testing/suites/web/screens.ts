import { textReply } from '@postern/testing';
import type { Page } from 'playwright-core';
import { ask } from '../product/walk-first-run.ts';
import { callApi, goTo, pickModel, type SignedInPage } from './signed-in-page.ts';

/** A screen that can be reached in every language. */
export interface Screen {
  readonly name: string;
  readonly show: (page: Page) => Promise<void>;
  /** On top of the page, and of the same width in every wide window. */
  readonly isDialog?: true;
  /** Leaves what is on top of the page. */
  readonly hide?: (page: Page) => Promise<void>;
}

const SECTIONS = [
  'providers',
  'library',
  'gateway',
  'appearance',
  'keyboard',
  'privacy',
  'storage',
  'import',
  'trash',
  'sessions',
] as const;

/** Shows what is at a fragment of the address, as soon as it is there. */
async function visit(page: Page, fragment: string, shown: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  await page.locator(shown).first().waitFor();
}

const escape = async (page: Page): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
};

/** Opens a dialog from an empty chat, and closes it with Esc. */
function dialog(
  name: string,
  open: (page: Page) => Promise<void>,
  shown = 'dialog',
  fragment = '#/',
  place = '.empty-chat',
): Screen {
  return {
    name,
    isDialog: true,
    show: async (page) => {
      await visit(page, fragment, place);
      await open(page);
      await page.locator(shown).first().waitFor();
    },
    hide: escape,
  };
}

const click =
  (selector: string, nth = 0) =>
  async (page: Page): Promise<void> => {
    await page.locator(selector).nth(nth).click();
  };
const press =
  (keys: string) =>
  async (page: Page): Promise<void> => {
    await page.keyboard.press(keys);
  };

/** Two chats, one with a failed answer, a preset and a prompt. Call it while the page is in English. */
export async function makeContent({ page, upstream }: SignedInPage): Promise<readonly Screen[]> {
  await goTo(page, '#/');
  await pickModel(page, 'gpt-fake-large');
  const answer = '# 1\n\n**2**\n\n| 3 | 4 |\n| - | - |\n| 5 | 6 |\n\n```js\n7;\n```\n';
  upstream.next(textReply(answer));
  await ask(page, '1234');
  const chat = await fragmentOf(page);
  await goTo(page, '#/');
  await pickModel(page, 'gpt-fake-large');
  upstream.next({ kind: 'error', status: 401, message: '9' });
  await ask(page, '5678');
  const failed = await fragmentOf(page);
  await callApi(page, 'POST', '/api/prompts', { name: '10', text: '{{11}} 12' });
  await callApi(page, 'POST', '/api/presets', { name: '13', settings: { systemPrompt: '14' } });
  await goTo(page, '#/');
  return [...chatScreens(chat, failed), ...SECTIONS.map(section), ...dialogScreens(chat)];
}

async function fragmentOf(page: Page): Promise<string> {
  return await page.evaluate<string>('location.hash');
}

function chatScreens(chat: string, failed: string): readonly Screen[] {
  return [
    { name: 'empty chat', show: (page) => visit(page, '#/', '.empty-chat') },
    { name: 'private chat', show: (page) => visit(page, '#/private', '.chat[data-private=true]') },
    { name: 'chat', show: (page) => visit(page, chat, '.md table') },
    { name: 'failed answer', show: (page) => visit(page, failed, '[data-look=answer] .notice') },
  ];
}

function section(name: (typeof SECTIONS)[number]): Screen {
  return {
    name: `settings, ${name}`,
    show: async (page) => {
      await visit(
        page,
        `#/settings/${name}`,
        `.settings-tabs [href='#/settings/${name}'][aria-current]`,
      );
      await page.locator('.settings-section h2').first().waitFor();
    },
  };
}

function dialogScreens(chat: string): readonly Screen[] {
  const library = ['#/settings/library', '[aria-labelledby=prompts] .library-row'] as const;
  const storage = ['#/settings/storage', '.button-danger'] as const;
  return [
    dialog('model picker', click('.model-button'), '[role=option]'),
    dialog('models to compare', click('.compare-button'), '.compare-row'),
    dialog('shortcuts', press('Control+/')),
    dialog('actions', press('Control+Shift+K'), '[role=option]'),
    dialog(
      'search',
      async (page) => {
        await page.keyboard.press('Control+K');
        await page.locator('.search-field input').fill('1234');
      },
      'dialog mark',
    ),
    dialog('chat settings', press('Control+Shift+Comma'), '.chat-settings', chat, '.md table'),
    dialog(
      'preset',
      click('[aria-labelledby=presets] .settings-row-actions button', 1),
      'dialog',
      ...library,
    ),
    dialog('export', click('.page-head button:has(.lucide-download)'), 'dialog', chat, '.md table'),
    dialog('prompts', click('.composer .attach-place button:has(.lucide-square-slash)'), 'dialog'),
    dialog(
      'prompt',
      click('[aria-labelledby=prompts] .settings-row-actions button'),
      'dialog',
      ...library,
    ),
    dialog(
      'menu of a message',
      click('[data-look=answer] .message-actions [aria-haspopup=dialog]'),
      'dialog',
      chat,
      '.md table',
    ),
    dialog('erase everything', click('.button-danger'), 'dialog', ...storage),
  ];
}
