/** Text that is made up, with few frequent and many rare words as in a natural language. */
export interface Prose {
  title(): string;
  sentence(): string;
  /** Markdown of some paragraphs, 200 to 1,500 characters, sometimes with code or a list. */
  answer(): string;
}

const SYLLABLES =
  'ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru sa se si so su ta te ti to tu'.split(
    ' ',
  );
const WORDS = 20_000;

/** The same prose for the same seed. */
export function createProse(seed: number): Prose {
  const next = randomOf(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 2 + below(3) }, () => SYLLABLES[below(SYLLABLES.length)]).join(''),
  );
  // The word of rank n comes about 1/n as often as the first.
  const word = (): string => words[Math.floor(WORDS ** next()) - 1] ?? '';
  const line = (count: number): string => Array.from({ length: count }, word).join(' ');
  const sentence = (): string => `${line(6 + below(12))}.`;
  const paragraph = (): string => Array.from({ length: 2 + below(5) }, sentence).join(' ');
  const extra = (): string => {
    const kind = below(10);
    if (kind === 0) return `\n\n\`\`\`ts\nconst ${word()} = ${String(below(1000))};\n\`\`\``;
    if (kind === 1) return `\n\n- ${sentence()}\n- **${word()}** ${sentence()}`;
    return '';
  };
  return {
    title: () => line(3 + below(4)),
    sentence,
    answer: () => `${Array.from({ length: 1 + below(3) }, paragraph).join('\n\n')}${extra()}`,
  };
}

/** Numbers from 0 to 1: the generator mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
