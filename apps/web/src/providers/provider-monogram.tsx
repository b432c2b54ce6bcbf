import type { ReactElement } from 'react';

/** A tile with two letters of the provider's name, because many names start with the same one. */
export function ProviderMonogram(props: { readonly label: string }): ReactElement {
  return (
    <span className="monogram" aria-hidden="true">
      {lettersOf(props.label)}
    </span>
  );
}

/** The first letter and the next capital, or the next letter: OA for OpenAI, Ol for Ollama. */
function lettersOf(label: string): string {
  const [first = '', ...others] = Array.from(label.trim());
  const capital = others.find((letter) => /\p{Lu}/u.test(letter));
  return first.toUpperCase() + (capital ?? others.find((letter) => /\p{L}/u.test(letter)) ?? '');
}
