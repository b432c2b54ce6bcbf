import { cleanup, render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { problemFrom } from '../api/problem.ts';
import { prepareErrorTexts } from '../api/later-error-texts.ts';
import { chooseLanguage } from '../languages/language.ts';
import { ProblemNotice } from './notice.tsx';

beforeEach(() => {
  location.hash = '';
});

afterEach(async () => {
  cleanup();
  await chooseLanguage('en');
});

it('leads to where the problem can be fixed', async () => {
  const error = { code: 'UPSTREAM_NOT_LOCAL', message: 'Only local models are allowed.' };
  render(<ProblemNotice problem={problemFrom({ error })} />);
  await userEvent.click(await screen.findByRole('button', { name: 'Open privacy' }));
  expect(location.hash).toBe('#/settings/privacy');
  expect(screen.queryByRole('button')).toBeNull();
});

it('marks English in a page in another language', async () => {
  await chooseLanguage('ja');
  await prepareErrorTexts();
  const error = { code: 'STORAGE_FAILED', message: 'EIO at /home/a.', remedy: 'Own words.' };
  render(<ProblemNotice problem={problemFrom({ error })} />);
  expect(screen.getByText('EIO at /home/a.').lang).toBe('en');
  expect(screen.getByText(/ファイル操作に失敗しました/).lang).toBe('');
});
