import { createLater } from '../state/later.ts';

/** Code in the language `mermaid` becomes a diagram when this has loaded. */
export const diagrams = createLater(async () => await import('../diagrams/diagram-block.tsx'));
