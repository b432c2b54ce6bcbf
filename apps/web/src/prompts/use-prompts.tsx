import { useRef, type ReactNode } from 'react';
import { useLater } from '../state/later.ts';
import { promptParts } from './later-menu.ts';
import type { PromptTarget, TakesKey } from './prompt-target.ts';

/** Prompts for a message field: the menu of `/`, and the button. */
export function usePrompts(target: PromptTarget): {
  readonly takesKey: TakesKey;
  readonly menu: ReactNode;
  readonly button: ReactNode;
} {
  const keys = useRef<TakesKey>(undefined);
  const parts = useLater(promptParts, true);
  return {
    takesKey: (event) => keys.current?.(event) === true,
    menu: parts && target.text.startsWith('/') && <parts.SlashMenu {...target} keys={keys} />,
    button: parts && <parts.PromptButton {...target} />,
  };
}
