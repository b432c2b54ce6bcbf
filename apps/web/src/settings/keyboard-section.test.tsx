import { act, fireEvent, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { Toasts } from '../controls/toasts.tsx';
import { actions, type Action } from '../shortcuts/action.ts';
import { actionFor, bindings, changeBindings, DEFAULT_BINDINGS } from '../shortcuts/bindings.ts';
import { KeyboardSection } from './keyboard-section.tsx';

const run = (): void => undefined;
const TABLE: readonly Action[] = [
  { id: 'search', label: () => 'Search', group: 'general', keys: ['Mod K'], run },
  { id: 'help', label: () => 'Help', group: 'general', keys: ['?', 'Mod /'], run },
  { id: 'lock', label: () => 'Lock', group: 'general', run },
];

beforeEach(() => {
  actions.set(TABLE);
  changeBindings(DEFAULT_BINDINGS);
  render(
    <>
      <KeyboardSection />
      <Toasts />
    </>,
  );
});

const rowOf = (label: string): string | null | undefined =>
  screen.getByText(label, { selector: '.keyboard-label' }).closest('li')?.textContent;

async function record(label: string): Promise<void> {
  await userEvent.click(screen.getByRole('button', { name: `Change the keys of ${label}` }));
}

async function undo(): Promise<void> {
  const newest = screen.getAllByRole('button', { name: 'Undo' }).slice(-1);
  for (const button of newest) await userEvent.click(button);
}

function press(key: string, code: string, ctrlKey: boolean): void {
  fireEvent.keyDown(document.activeElement ?? document.body, { key, code, ctrlKey });
}

describe('KeyboardSection', () => {
  it('gives an action the keys that are pressed, and takes them back on Undo', async () => {
    await record('Lock');
    expect(screen.getByRole('group', { name: 'New keys of Lock' })).toBe(document.activeElement);
    press('j', 'KeyJ', true);
    expect(rowOf('Lock')).toBe('LockCtrlJ');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Change the keys of Lock');
    await undo();
    expect(rowOf('Lock')).toBe('LockNo keys');
  });

  it('says which action has the keys, and replaces them only if asked', async () => {
    await record('Lock');
    press('k', 'KeyK', true);
    expect(screen.getByText(/belongs to “Search”/)).toBeDefined();
    expect(rowOf('Search')).toBe('SearchCtrlK');
    await userEvent.click(screen.getByRole('button', { name: 'Replace' }));
    expect([rowOf('Lock'), rowOf('Search')]).toEqual(['LockCtrlK', 'SearchNo keys']);
    await undo();
    expect([rowOf('Lock'), rowOf('Search')]).toEqual(['LockNo keys', 'SearchCtrlK']);
  });

  it('refuses reserved keys with the reason, and Esc cancels', async () => {
    await record('Lock');
    press('t', 'KeyT', true);
    expect(screen.getByText(/keep these keys for tabs/)).toBeDefined();
    press('Enter', 'Enter', false);
    expect(screen.getByText(/This key alone/)).toBeDefined();
    press('Escape', 'Escape', false);
    expect(screen.queryByRole('group', { name: 'New keys of Lock' })).toBeNull();
    expect(bindings.get()).toEqual(DEFAULT_BINDINGS);
  });

  it('takes no keys while an input method composes', async () => {
    await record('Lock');
    fireEvent.keyDown(document.activeElement ?? document.body, {
      ...{ key: 'j', code: 'KeyJ', ctrlKey: true, isComposing: true },
    });
    expect(screen.getByRole('group', { name: 'New keys of Lock' })).toBeDefined();
  });

  it('removes the keys of one action, and resets one or all', async () => {
    const click = async (name: string): Promise<void> => {
      await userEvent.click(screen.getByRole('button', { name }));
    };
    await click('Remove the keys of Help');
    await click('Remove the keys of Search');
    expect([rowOf('Help'), rowOf('Search')]).toEqual(['HelpNo keys', 'SearchNo keys']);
    await click('Reset the keys of Help');
    expect([rowOf('Help'), rowOf('Search')]).toEqual(['Help?Ctrl/', 'SearchNo keys']);
    await click('Reset all');
    expect(rowOf('Search')).toBe('SearchCtrlK');
    await undo();
    expect(rowOf('Search')).toBe('SearchNo keys');
    expect(screen.getByRole('button', { name: 'Reset the keys of Help' })).toHaveProperty(
      'disabled',
      true,
    );
  });

  it('turns off characters alone', async () => {
    await userEvent.click(screen.getByRole('checkbox', { name: 'Single-key shortcuts' }));
    const question = { key: '?', code: 'Slash', ctrlKey: false, metaKey: false, altKey: false };
    expect(actionFor({ ...question, shiftKey: true }, false)).toBeUndefined();
  });

  it('finds actions by words and by keys', async () => {
    const found = (): number => screen.queryAllByRole('listitem').length;
    const field = screen.getByLabelText('Find an action or a key');
    await userEvent.type(field, 'ctrl+k');
    expect(found()).toBe(1);
    await userEvent.clear(field);
    await userEvent.type(field, 'nothing');
    expect(screen.getByText(/No action has/)).toBeDefined();
  });

  it('shows changes of another page', () => {
    window.localStorage.setItem('postern.shortcuts', '{"keys":{"lock":["Mod L"]}}');
    act(() => {
      window.dispatchEvent(new StorageEvent('storage', { key: 'postern.shortcuts' }));
    });
    expect(rowOf('Lock')).toBe('LockCtrlL');
  });
});
