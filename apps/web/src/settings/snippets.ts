export interface Snippet {
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

/** Example code for the gateway; `gatewayUrl` is like `http://127.0.0.1:7420`. */
export function snippetsFor(gatewayUrl: string): readonly Snippet[] {
  return [
    {
      name: 'OpenAI, Python',
      language: 'python',
      code: `from openai import OpenAI

client = OpenAI(base_url="${gatewayUrl}/v1", api_key="sk-postern-…")
answer = client.chat.completions.create(
    model="openai/gpt-5-mini",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      name: 'OpenAI, JavaScript',
      language: 'javascript',
      code: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${gatewayUrl}/v1', apiKey: 'sk-postern-…' });
const answer = await client.chat.completions.create({
  model: 'openai/gpt-5-mini',
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      name: 'Anthropic, Python',
      language: 'python',
      code: `from anthropic import Anthropic

client = Anthropic(base_url="${gatewayUrl}", api_key="sk-postern-…")
answer = client.messages.create(
    model="claude-sonnet-4-5",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.content[0].text)`,
    },
    {
      name: 'Claude Code',
      language: 'bash',
      code: `export ANTHROPIC_BASE_URL="${gatewayUrl}"
export ANTHROPIC_AUTH_TOKEN="sk-postern-…"
claude`,
    },
    {
      name: 'curl',
      language: 'bash',
      code: `curl ${gatewayUrl}/v1/chat/completions \\
  -H "Authorization: Bearer sk-postern-…" \\
  -H "Content-Type: application/json" \\
  -d '{"model":"openai/gpt-5-mini","messages":[{"role":"user","content":"Hello"}]}'`,
    },
  ];
}
