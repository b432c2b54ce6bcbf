/*
 * What the offline demo says: fixed texts, so that a page can be tried without a key and a test knows
 * every character. Each shows something that a page must be able to render.
 */

export interface DemoScript {
  /** Words of a question that ask for it. */
  readonly keywords: RegExp;
  readonly text: string;
}

const HONEST =
  '> **This is the offline demo.** No language model is behind it, and nothing leaves this machine: every answer is a fixed text.';

const CODE = `\`\`\`python
from openai import OpenAI

# The address that Postern printed when it started, and a key from: postern key create laptop
client = OpenAI(base_url="http://127.0.0.1:7420/v1", api_key="sk-postern-…")

answer = client.chat.completions.create(
    model="anthropic/claude-sonnet-5-5",
    messages=[{"role": "user", "content": "What is a postern?"}],
)
print(answer.choices[0].message.content)
\`\`\``;

const FACES = `| Face | Keeps | Try |
| :-- | :-- | :-- |
| Vault | keys, in the keyring or an encrypted file | \`postern secret set anthropic\` |
| Chat | conversations, in an encrypted database | this page |
| Gateway | access, with keys of its own | \`postern key create laptop\` |`;

const MATHS = String.raw`Inline, as in $e^{i\pi} + 1 = 0$, and on lines of its own:

$$
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}
$$`;

export const GREETING = `# Welcome to Postern

${HONEST}

Postern is one door between you and the language models that you use. It has three faces.

## The vault

It keeps the keys of your providers in the keyring of your system, or in a file that only your passphrase opens. A key leaves it only into the request that needs it.

## The chat

It speaks to Anthropic, OpenAI, Groq, OpenRouter, Ollama and whatever is compatible with them. What you write and read stays in an encrypted database on your own disk.

## The gateway

It gives your programs keys of its own, so that yours stay in the vault:

${CODE}

## All three at a glance

${FACES}

## What next

- [x] Start Postern
- [x] Ask the demo
- [ ] Add a key under *Settings → Providers*
- [ ] Ask a real model the same

## And it can write maths

${MATHS}

Ask for a *table*, for *code*, for *maths*, for *help* or for something *long* to see more.`;

const HELP = `## Postern in four lines

${HONEST}

1. **Vault**: \`postern secret set anthropic\` stores a key; \`postern status\` says where.
2. **Chat**: choose a model below, write, and press Ctrl+Enter. Esc stops an answer.
3. **Gateway**: \`postern key create laptop\` makes a key for your programs.
4. **Lock**: a locked vault opens nothing, neither the chat nor the gateway.

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

A sum of money, such as \$5 or \$10, is no formula.`;

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

/** The answer to whatever no script is for. */
export function confession(questionLength: number): string {
  const characters = questionLength === 1 ? '1 character' : `${questionLength} characters`;
  return `${HONEST}

Your question has **${characters}**. I can count them, and that is all: I have not understood one of them.

To have it answered, add a key under *Settings → Providers* and choose a model of that provider. Until then I know what to say to *table*, *code*, *maths*, *long* and *help*.`;
}
