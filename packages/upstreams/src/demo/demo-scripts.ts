/*
 * The offline demo's answers: fixed texts, so that people can try the page without a key and tests know
 * every character. Each shows something that the page must be able to render.
 */

export interface DemoScript {
  /** Words in a question that select this script. */
  readonly keywords: RegExp;
  readonly text: string;
}

const HONEST =
  '> **This is the offline demo.** It uses no language model and sends nothing anywhere. Every answer is a fixed text.';

const CODE = `\`\`\`python
from openai import OpenAI

# The address that Postern printed when it started, and a key from: postern key create laptop --all-models
client = OpenAI(base_url="http://127.0.0.1:7420/v1", api_key="sk-postern-…")

answer = client.chat.completions.create(
    model="anthropic/claude-sonnet-5-5",
    messages=[{"role": "user", "content": "What is a postern?"}],
)
print(answer.choices[0].message.content)
\`\`\``;

const FACES = `| Part | Stores | Try |
| :-- | :-- | :-- |
| Vault | your keys, in the keyring or an encrypted file | \`postern secret set anthropic\` |
| Chat | your conversations, in an encrypted database | this page |
| Gateway | keys for your programs, as hashes | \`postern key create laptop --all-models\` |`;

const MATHS = String.raw`Inline: $e^{i\pi} + 1 = 0$. As a block:

$$
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}
$$`;

export const GREETING = `# Welcome to Postern

${HONEST}

Postern sits between you and the language models you use. It has three parts.

## The vault

The vault stores your provider keys in the system keyring, or in a file encrypted with your passphrase. A key leaves it only for the request that needs it.

## The chat

The chat works with Anthropic, OpenAI, Google Gemini, Mistral, Ollama and others, and with any compatible endpoint. Your conversations are stored in an encrypted database on your own disk.

## The gateway

Your programs use keys that Postern creates, so your provider keys stay in the vault:

${CODE}

## All three parts

${FACES}

## What next

- [x] Start Postern
- [x] Ask the demo
- [ ] Add a key under *Settings → Providers*
- [ ] Ask a real model

## Maths

${MATHS}

To see more, ask for a *table*, *code*, *maths*, *help* or something *long*.`;

const HELP = `## Postern in four lines

${HONEST}

1. **Vault**: \`postern secret set anthropic\` stores a key; \`postern status\` shows where.
2. **Chat**: choose a model below, write, and press Ctrl+Enter. Esc stops an answer.
3. **Gateway**: \`postern key create laptop --all-models\` creates a key for your programs.
4. **Lock**: while the vault is locked, neither the chat nor the gateway works.

${FACES}`;

const TABLE = `## A table

${HONEST}

| Gate | Century | Width | Still open |
| :-- | :-: | --: | :-: |
| Water gate | 13th | 2.40 m | yes |
| Sally port | 14th | 1.10 m | no |
| Postern | 15th | 0.80 m | *at night* |

A table may hold \`code\`, **emphasis** and a pipe: \`a \\| b\`.`;

const CODE_ANSWER = `## Three languages

${HONEST}

${CODE}

\`\`\`ts
type Door = { readonly width: number; open(): Promise<void> };

const narrowest = (doors: readonly Door[]): Door | undefined =>
  doors.toSorted((one, other) => one.width - other.width)[0];
\`\`\`

\`\`\`sh
curl -s http://127.0.0.1:7420/v1/models -H "authorization: Bearer $POSTERN_KEY"
\`\`\`

And \`inline code\` in a sentence.`;

const MATHS_ANSWER = String.raw`## Some maths

${HONEST}

${MATHS}

The sum of the first $n$ odd numbers is a square:

$$
\sum_{k=1}^{n} (2k - 1) = n^2
$$

A sum of money, such as \$5 or \$10, isn't a formula.`;

const STONES = Array.from({ length: 24 }, (_, index) => {
  const number = index + 1;
  return `### Stone ${number}\n\nThis is paragraph ${number} of 24. A wall is built one stone after another, and an answer one word after another; neither should shake the page while it grows. Scroll up, and it should let you read in peace; scroll down, and it should follow again.\n\n- The stone below: ${number - 1}\n- The stone above: ${number + 1}`;
});

const LONG = `## Something long\n\n${HONEST}\n\n${STONES.join('\n\n')}`;

/** In the order in which they are tried. */
export const DEMO_SCRIPTS: readonly DemoScript[] = [
  { keywords: /\btables?\b/i, text: TABLE },
  { keywords: /\b(code|program|python|typescript)\b/i, text: CODE_ANSWER },
  { keywords: /\b(maths?|mathematics|formulas?|equations?)\b/i, text: MATHS_ANSWER },
  { keywords: /\blong(er)?\b/i, text: LONG },
  { keywords: /\b(help|postern|vault|gateway)\b/i, text: HELP },
];

/** The answer to a question that matches no script. */
export function confession(questionLength: number): string {
  const characters = questionLength === 1 ? '1 character' : `${questionLength} characters`;
  return `${HONEST}

Your question has **${characters}**. I can count them, but I can't understand them.

For a real answer, add a key under *Settings → Providers* and choose one of that provider's models. Until then, try *table*, *code*, *maths*, *long* or *help*.`;
}
