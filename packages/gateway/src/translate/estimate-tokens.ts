import type { ModelRequest, Part, ToolDefinition } from '@postern/protocol';

/** UTF-8 bytes per token: about four characters of English, and one and a half of Chinese. */
const BYTES_PER_TOKEN = 4;
/** What a large image costs at most, as Anthropic documents it. */
const TOKENS_PER_IMAGE = 1600;
const TOKENS_PER_TURN = 4;
/** Of a file at a URL or at the provider, whose size isn't known. */
const TOKENS_PER_UNKNOWN_FILE = 2000;

/** Estimates the tokens of a prompt from the lengths of its texts. */
export function estimateInputTokens({ turns, tools = [] }: ModelRequest): number {
  let bytes = 0;
  let tokens = turns.length * TOKENS_PER_TURN;
  for (const { parts } of turns) {
    for (const part of parts) {
      bytes += textBytes(part);
      tokens += mediaTokens(part);
    }
  }
  for (const tool of tools) bytes += toolBytes(tool);
  return tokens + Math.ceil(bytes / BYTES_PER_TOKEN);
}

function textBytes(part: Part): number {
  switch (part.kind) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return Buffer.byteLength(part.text);
    case 'tool-call':
      return Buffer.byteLength(part.name) + Buffer.byteLength(part.inputJson);
    case 'tool-result':
      return part.content.reduce((sum, content) => sum + textBytes(content), 0);
    case 'opaque':
      return Buffer.byteLength(JSON.stringify(part.value));
    case 'image':
    case 'file':
    case 'redacted-thinking':
      return 0;
  }
}

function mediaTokens(part: Part): number {
  switch (part.kind) {
    case 'image':
      return TOKENS_PER_IMAGE;
    case 'file':
      return part.source.kind === 'base64'
        ? Math.ceil((part.source.data.length * 3) / 4 / BYTES_PER_TOKEN)
        : TOKENS_PER_UNKNOWN_FILE;
    case 'tool-result':
      return part.content.reduce((sum, content) => sum + mediaTokens(content), 0);
    default:
      return 0;
  }
}

function toolBytes({ name, description = '', inputSchema }: ToolDefinition): number {
  return Buffer.byteLength(name + description + JSON.stringify(inputSchema));
}
