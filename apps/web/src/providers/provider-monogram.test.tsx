import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { ProviderMonogram } from './provider-monogram.tsx';

it.each([
  ['OpenAI', 'OA'],
  ['OpenRouter', 'OR'],
  ['Ollama', 'Ol'],
  ['Google Gemini', 'GG'],
  ['xAI', 'XA'],
  ['4ever', '4e'],
  ['é', 'É'],
  ['', ''],
])('the monogram of %s is %s', (label, letters) => {
  const { container } = render(<ProviderMonogram label={label} />);
  expect(container.textContent).toBe(letters);
});
