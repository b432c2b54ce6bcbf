import { afterEach, expect, it } from 'vitest';
import { chooseLanguage } from './language.ts';
import { createSortedStore, sortedByName } from './sorted-store.ts';

afterEach(async () => {
  await chooseLanguage('en');
});

it('sorts as the language does, and anew when another one is chosen', async () => {
  // Spanish has ñ after every n, German has it as an n; numbers go by their value.
  const store = createSortedStore<readonly string[]>([], (names) => sortedByName(names, String));
  await chooseLanguage('de');
  store.set(['chat 10', 'nz', 'ña', 'Äther', 'chat 9', 'zu', 'auf']);
  expect(store.get()).toEqual(['Äther', 'auf', 'chat 9', 'chat 10', 'ña', 'nz', 'zu']);
  await chooseLanguage('es');
  expect(store.get()).toEqual(['Äther', 'auf', 'chat 9', 'chat 10', 'nz', 'ña', 'zu']);
});
