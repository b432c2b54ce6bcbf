/** The form of one kind of key. */
interface KeyShape {
  /** The kind of key, for messages. */
  readonly label: string;
  /** The source of a regular expression without anchors. */
  readonly pattern: string;
}

/**
 * Known forms of keys, each specific enough not to match ordinary text. The first match wins, so more
 * specific forms come first.
 */
export const KEY_SHAPES = {
  postern: { label: 'Postern gateway key', pattern: 'sk-postern-[A-Za-z0-9_-]{16,}' },
  'anthropic-plan': {
    label: 'Claude.ai subscription token',
    pattern: 'sk-ant-o[ar]t\\d\\d-[A-Za-z0-9_-]{20,}',
  },
  anthropic: { label: 'Anthropic API key', pattern: 'sk-ant-[a-z]+\\d\\d-[A-Za-z0-9_-]{20,}' },
  openrouter: { label: 'OpenRouter API key', pattern: 'sk-or-(?:v\\d-)?[A-Za-z0-9]{32,}' },
  'openai-project': {
    label: 'OpenAI API key',
    pattern: 'sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}',
  },
  openai: { label: 'OpenAI API key, or one of its form', pattern: 'sk-[A-Za-z0-9]{20,}' },
  groq: { label: 'Groq API key', pattern: 'gsk_[A-Za-z0-9]{20,}' },
  github: { label: 'GitHub token', pattern: '(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_\\w{22,})' },
  aws: { label: 'AWS access key id', pattern: '(?:AKIA|ASIA)[A-Z2-7]{16}' },
  slack: { label: 'Slack token', pattern: 'xox[abeoprs]-[A-Za-z0-9-]{10,}' },
  google: { label: 'Google API key', pattern: 'AIza[A-Za-z0-9_-]{35}' },
  'private-key': { label: 'Private key', pattern: '-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----' },
} as const satisfies Readonly<Record<string, KeyShape>>;

export type KeyShapeName = keyof typeof KEY_SHAPES;

const isShape = (name: string): name is KeyShapeName => Object.hasOwn(KEY_SHAPES, name);
const NAMES = Object.keys(KEY_SHAPES).filter(isShape);
const ANY = new RegExp(
  `(?<![A-Za-z0-9_-])(?:${NAMES.map((name) => `(${KEY_SHAPES[name].pattern})`).join('|')})`,
  'g',
);

/** Keys up to this length are found even if they are split across chunks. */
export const MAX_SHAPE_LENGTH = 512;

export interface FoundShape {
  readonly at: number;
  readonly length: number;
  readonly shape: KeyShapeName;
}

/** Whether a text contains a key of a known form. */
export function looksLikeKey(text: string): boolean {
  return findShapes(text).length > 0;
}

/** The position, length and form of each key in a text, but never the key itself. */
export function findShapes(text: string): readonly FoundShape[] {
  return [...text.matchAll(ANY)].flatMap((match) => {
    const groups: readonly (string | undefined)[] = match.slice(1);
    const shape = NAMES[groups.findIndex((group) => group !== undefined)];
    return shape === undefined ? [] : [{ at: match.index, length: match[0].length, shape }];
  });
}
