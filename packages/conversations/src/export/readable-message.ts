import {
  ATTACHMENT_TYPES,
  type AttachmentPart,
  type ChatSettings,
  type FilePart,
  type ImagePart,
  type MediaSource,
  type Message,
  type MessagePart,
  type ToolResultPart,
} from '@postern/protocol';

/** A piece of a message for a reader. All texts are untrusted: a model, a user or a provider wrote them. */
export interface Block {
  /** What the text is, if it isn't the message itself. */
  readonly label?: string;
  readonly text: string;
  readonly isCode: boolean;
  /** An image, for a format that can show it. */
  readonly picture?: AttachmentPart;
}

/** Line ends of CommonMark, and other characters that some readers treat as one. */
const LINE_END = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
const FENCE = /^(?:(?<ticks>`{3,})(?<info>[^`]*)|(?<tildes>~{3,})(?<rest>.*))$/;

/** Who wrote a message, with a remark if it isn't complete. */
export function authorOf({ role, provider, model, status }: Message): string {
  const from = [provider, model].filter((each) => each !== undefined).join('/');
  const author = role === 'assistant' && from !== '' ? from : AUTHORS[role];
  return status === 'complete' ? author : `${author} (${STATUS_REMARKS[status]})`;
}

const AUTHORS = { user: 'You', assistant: 'Assistant', system: 'System' } as const;

const STATUS_REMARKS = {
  streaming: 'unfinished',
  interrupted: 'interrupted',
  failed: 'failed',
} as const;

/** UTC, to the minute. */
export function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A title on one line. */
export function titleText(title: string): string {
  const line = title.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line === '' ? 'Untitled chat' : line;
}

/** The content of a message, text split at code blocks, and its failure. */
export function blocksOf({ parts, failure }: Message): readonly Block[] {
  const blocks = parts.flatMap(blocksOfPart);
  if (failure === undefined) return blocks;
  return [...blocks, { label: `Failed: ${failure.code}`, text: failure.message, isCode: false }];
}

/** How the answers of a chat were requested. */
export function blocksOfSettings(settings: ChatSettings = {}): readonly Block[] {
  const { systemPrompt, temperature, effort, maxOutputTokens } = settings;
  const labels = [
    temperature === undefined ? undefined : `Temperature: ${String(temperature)}`,
    effort === undefined ? undefined : `Reasoning effort: ${effort}`,
    maxOutputTokens === undefined ? undefined : `Maximum output tokens: ${String(maxOutputTokens)}`,
  ].filter((label) => label !== undefined);
  return [
    ...labels.map((label) => ({ label, text: '', isCode: false })),
    ...(systemPrompt === undefined
      ? []
      : [{ label: 'System prompt', text: systemPrompt, isCode: false }]),
  ];
}

function blocksOfPart(part: MessagePart): readonly Block[] {
  switch (part.kind) {
    case 'text':
      return segmentsOf(part.text);
    case 'refusal':
      return [{ label: 'Refusal', text: part.text, isCode: false }];
    case 'thinking':
      return part.text === '' ? [] : [{ label: 'Thinking', text: part.text, isCode: false }];
    case 'redacted-thinking':
      return [{ label: 'Thinking that the provider encrypted', text: '', isCode: false }];
    case 'tool-call':
      return [{ label: `Tool call: ${part.name}`, text: part.inputJson, isCode: true }];
    case 'tool-result':
      return blocksOfToolResult(part);
    case 'image':
    case 'file':
    case 'attachment':
      return [blockOfFile(part)];
    case 'opaque': {
      const label = `Other content (${part.dialect})`;
      return [{ label, text: JSON.stringify(part.value, null, 2), isCode: true }];
    }
  }
}

function blockOfFile(part: ImagePart | FilePart | AttachmentPart): Block {
  switch (part.kind) {
    case 'image':
      return { label: 'Image', text: sourceText(part.source), isCode: false };
    case 'file':
      return { label: `File: ${part.name ?? ''}`, text: sourceText(part.source), isCode: false };
    case 'attachment': {
      const text = `${part.mediaType}, ${String(part.size)} bytes`;
      const picture =
        ATTACHMENT_TYPES[part.mediaType].modality === 'image' ? { picture: part } : {};
      return { label: `Attachment: ${part.name}`, text, isCode: false, ...picture };
    }
  }
}

function blocksOfToolResult({ isError, content }: ToolResultPart): readonly Block[] {
  const label = isError ? 'Tool result (error)' : 'Tool result';
  return [{ label, text: '', isCode: false }, ...content.flatMap(blocksOfPart)];
}

function sourceText(source: MediaSource): string {
  switch (source.kind) {
    case 'base64':
      return `${source.mediaType}, ${String(source.data.length)} characters of base64`;
    case 'url':
      return source.url;
    case 'provider-file':
      return `File ${source.fileId} at the provider`;
  }
}

export function linesOf(text: string): readonly string[] {
  return text.split(LINE_END);
}

/** Splits a text at fenced code blocks that aren't indented. Only affects the look: every segment is untrusted. */
function segmentsOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const end = (isCode: boolean): void => {
    if (isCode || lines.some((line) => line.trim() !== '')) {
      blocks.push({ text: lines.join('\n'), isCode });
    }
    lines = [];
  };
  for (const line of linesOf(text)) {
    const groups = FENCE.exec(line)?.groups;
    const run = groups?.['ticks'] ?? groups?.['tildes'];
    if (fence !== undefined && isClosing(line, fence)) {
      end(true);
      fence = undefined;
    } else if (fence === undefined && run !== undefined) {
      end(false);
      fence = run;
    } else lines.push(line);
  }
  end(fence !== undefined);
  return blocks;
}

function isClosing(line: string, fence: string): boolean {
  const found = line.trim();
  return found.startsWith(fence) && found === fence.charAt(0).repeat(found.length);
}
