import './library-section.css';
import type { ReactElement } from 'react';
import { PresetsSection } from './presets-section.tsx';
import { LibraryFileSection } from './library-file-section.tsx';
import { PromptsSection } from './prompts-section.tsx';

/** What the user keeps for later chats. */
export function LibrarySection(): ReactElement {
  return (
    <>
      <PresetsSection />
      <PromptsSection />
      <LibraryFileSection />
    </>
  );
}
